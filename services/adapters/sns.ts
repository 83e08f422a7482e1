/**
 * The alert topic in SNS. Loads the client with the first message: most runs send none.
 *
 * Tested by: test/lab/aws-emulator/aws-emulator.test.ts
 */

import { type AlertTopic, TopicError } from '../core/alerts/channels.ts';
import { memoizeAsync } from '../core/platform/memoize-async.ts';
import { type AwsClientOptions, awsConfig } from './aws-client.ts';

const publishTimeoutMs = 5000;

export function snsTopic(topicArn: string, options: AwsClientOptions): AlertTopic {
  // arn:<partition>:sns:<region>:<account>:<name>
  const region = options.region ?? topicArn.split(':')[3];
  const connected = memoizeAsync(async () => {
    const sdk = await import('@aws-sdk/client-sns');
    return { sdk, client: new sdk.SNSClient(awsConfig({ ...options, region }, publishTimeoutMs)) };
  });

  return {
    async publish({ subject, text }) {
      try {
        const { sdk, client } = await connected();
        const command = new sdk.PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text });
        await client.send(command, { abortSignal: AbortSignal.timeout(publishTimeoutMs) });
      } catch (error) {
        throw new TopicError(error);
      }
    },
  };
}
