/**
 * SNS Publish in the query protocol: a form in, XML out, with SNS's own limits on topic, subject and message.
 *
 * Tested by: test/lab/aws-emulator/aws-emulator.test.ts
 */
import type { EmulatedAnswer } from './emulated-answer.ts';

export interface PublishedMessage {
  readonly topicArn: string;
  readonly subject: string | null;
  readonly message: string;
}

export interface SnsCall {
  readonly operation: string;
  readonly form: URLSearchParams;
  readonly publish: (message: PublishedMessage) => void;
  /** Makes the message's id. */
  readonly number: number;
  readonly fault: 'error' | 'throttle' | undefined;
}

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
const subjectLengthMax = 100;
const messageBytesMax = 262_144;

export function answerSns({ operation, form, publish, number, fault }: SnsCall): EmulatedAnswer {
  if (fault === 'error') return xmlError(500, 'InternalError', 'an emulated failure');
  if (fault === 'throttle') return xmlError(429, 'Throttled', 'Rate exceeded');
  if (operation !== 'Publish') return xmlError(400, 'InvalidAction', `${operation} is not emulated`);
  const topicArn = form.get('TopicArn') ?? '';
  const subject = form.get('Subject');
  const message = form.get('Message') ?? '';
  if (!/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/.test(topicArn)) {
    return xmlError(400, 'InvalidParameter', 'Invalid parameter: TopicArn');
  }
  if (message === '' || Buffer.byteLength(message) > messageBytesMax) {
    return xmlError(400, 'InvalidParameter', 'Invalid parameter: Message');
  }
  if (subject !== null && (subject.length > subjectLengthMax || !/^[!-~][ -~]*$/.test(subject))) {
    return xmlError(400, 'InvalidParameter', 'Invalid parameter: Subject');
  }
  publish({ topicArn, subject, message });
  return xml(
    200,
    `<PublishResponse xmlns="${namespace}"><PublishResult><MessageId>emulated-${number}</MessageId></PublishResult>` +
      '<ResponseMetadata><RequestId>emulated</RequestId></ResponseMetadata></PublishResponse>',
  );
}

function xmlError(status: number, code: string, message: string): EmulatedAnswer {
  const type = status >= 500 ? 'Receiver' : 'Sender';
  const error = `<Type>${type}</Type><Code>${code}</Code><Message>${message.replace(/[<&]/g, '?')}</Message>`;
  return xml(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error><RequestId>emulated</RequestId></ErrorResponse>`,
  );
}

function xml(status: number, body: string): EmulatedAnswer {
  return { status, contentType: 'text/xml', body };
}
