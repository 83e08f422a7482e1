/**
 * What SQS accepts: the limits of a message and of a batch, and the errors that it answers with.
 *
 * Tested by: test/lab/sqs-emulator/sqs-emulator.test.ts
 */

/** An error in SQS's JSON protocol. */
export class SqsError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export interface SendEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly StringValue: string }>>;
}

export interface ReceiptEntry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout: number;
}

const batchMax = 10;
const bytesMax = 1_048_576;
const visibilityMaxSeconds = 43_200;
const idShape = /^[!-~]{1,128}$/;
/** XML's characters, the only ones that SQS takes. */
const refusedCharacters = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

export function entriesOf(request: Fields): readonly Fields[] {
  const entries = request['Entries'];
  if (!Array.isArray(entries) || entries.length === 0)
    throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > batchMax)
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${batchMax}.`,
    );
  const ids = new Set(entries.map((entry: Fields) => entry['Id']));
  if (ids.size < entries.length)
    throw new SqsError(
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
  return entries as readonly Fields[];
}

export function sendEntries(request: Fields): readonly SendEntry[] {
  const entries = entriesOf(request) as unknown as readonly SendEntry[];
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > bytesMax)
    throw new SqsError('BatchRequestTooLong', `Batch requests cannot be longer than ${bytesMax} bytes.`);
  for (const { MessageBody, MessageGroupId, MessageDeduplicationId } of entries) {
    if (!idShape.test(MessageGroupId ?? '') || !idShape.test(MessageDeduplicationId ?? ''))
      throw new SqsError('InvalidParameterValue', 'The group or deduplication id is missing or invalid.');
    if (typeof MessageBody !== 'string' || MessageBody === '' || refusedCharacters.test(MessageBody))
      throw new SqsError('InvalidMessageContents', 'Invalid binary character was found in the message body.');
  }
  return entries;
}

export function receiptEntries(request: Fields): readonly ReceiptEntry[] {
  const entries = entriesOf(request) as unknown as readonly ReceiptEntry[];
  const wrong = entries.find(
    ({ VisibilityTimeout: seconds }) =>
      seconds !== undefined && !(seconds >= 0 && seconds <= visibilityMaxSeconds),
  );
  if (wrong !== undefined)
    throw new SqsError('InvalidParameterValue', `VisibilityTimeout must be 0 to ${visibilityMaxSeconds}.`);
  return entries;
}

function sizeOf({ MessageBody = '', MessageAttributes = {} }: SendEntry): number {
  const attributes = Object.entries(MessageAttributes).reduce(
    (sum, [name, { StringValue }]) => sum + Buffer.byteLength(`${name}String${StringValue}`),
    0,
  );
  return Buffer.byteLength(String(MessageBody)) + attributes;
}
