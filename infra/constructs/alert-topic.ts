/**
 * The alert topic: encrypted, TLS only. The monitor and CloudWatch's alarms publish to it.
 *
 * It avoids two traps. `enforceSSL` adds a topic policy, which replaces the default one that lets CloudWatch publish.
 * And CloudWatch cannot use the key that AWS manages for SNS. Without a grant for each, no alarm would arrive, and no
 * validator reports that.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlertTopicProps {
  /** Gets every alert, once the subscription is confirmed in a mail from AWS. */
  readonly email: string | undefined;
}

const keyActions = ['kms:Decrypt', 'kms:GenerateDataKey'];

export class AlertTopic extends Construct {
  readonly topic: Topic;
  private readonly key: Key;

  constructor(scope: Construct, id: string, { email }: AlertTopicProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'StaffProBot: encrypts the alert topic',
      enableKeyRotation: true,
      // Messages are delivered at once: no stored message needs an old key.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    this.topic = new Topic(this, 'Topic', {
      displayName: 'StaffProBot',
      masterKey: this.key,
      enforceSSL: true,
    });
    this.allowAlarms();
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

  /** Only CloudWatch of this account: the condition keeps out the alarms of others. */
  private allowAlarms(): void {
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
      // In a key policy `*` means this key.
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
