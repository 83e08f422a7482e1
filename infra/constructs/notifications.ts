/**
 * The alert topic: encrypted, reached over TLS only, told by the monitor and by CloudWatch's alarms.
 *
 * Two traps are closed here. A topic with `enforceSSL` has a policy of its own, which replaces the one that let
 * CloudWatch in; and CloudWatch cannot use the key that AWS manages for SNS. Without the two grants every alarm would
 * ring unheard, and no validator says so.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface NotificationsProps {
  /** Gets every alert, after confirming the subscription in a mail from AWS. */
  readonly email: string | undefined;
}

const keyActions = ['kms:Decrypt', 'kms:GenerateDataKey'];

export class Notifications extends Construct {
  readonly topic: Topic;
  private readonly key: Key;

  constructor(scope: Construct, id: string, { email }: NotificationsProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'StaffProBot: encrypts the alert topic',
      enableKeyRotation: true,
      // Messages are delivered at once: nothing is left that an old key would have to open.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    this.topic = new Topic(this, 'Topic', {
      displayName: 'StaffProBot',
      masterKey: this.key,
      enforceSSL: true,
    });
    this.admitAlarms();
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }

  grantPublish(grantee: IGrantable): void {
    const { grantPrincipal } = grantee;
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }),
    );
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: keyActions, resources: [this.key.keyArn] }),
    );
  }

  /** CloudWatch of this account alone: the condition keeps out other people's alarms. */
  private admitAlarms(): void {
    const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')];
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions,
      }),
    );
    this.key.addToResourcePolicy(
      // In a key's policy `*` means this key.
      new PolicyStatement({
        sid: 'AlarmsEncrypt',
        principals,
        actions: keyActions,
        resources: ['*'],
        conditions,
      }),
    );
  }
}
