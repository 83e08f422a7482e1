/**
 * An update as a message of the queue, format 1.
 *
 * - Group: the update's lane, `chat:7`. SQS allows visible ASCII only; a lane with anything else goes by its hash.
 * - Deduplication id: `<update_id>.<32 hex digits of the body's SHA-256>`, so that a repeated send is dropped and another
 *   update with a reused id is not. Put back by `dead retry`: `.r<n>` at the end, or SQS would drop it for five minutes.
 * - Body: the update's JSON. SQS refuses U+FFFE and U+FFFF, so these are escaped.
 * - Attributes: `format`, `epoch` (the term that sent it), `traceparent`.
 */
import { laneOf, type Update } from '../updates/update.ts';
import type { DeliveredMessage, QueueMessage } from './updates-queue.ts';

export interface MessageContext {
  readonly epoch: number;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  readonly retry: number | undefined;
}

/** SHA-256 as lower-case hexadecimal digits. */
export type Sha256 = (text: string) => string;

export const messageFormat = 1;
const hashLength = 32;
const spanIdLength = 16;
const groupShape = /^[!-~]{1,128}$/;
/** Names, types and values of the attributes. */
const attributesBytesMax = 300;
/** Of a text that is not measured exactly: UTF-8 takes no more per character. */
const bytesPerCharacterMax = 3;
const exactFromLength = 20_000;

export function queueMessage(
  update: Update,
  { epoch, traceId, retry }: MessageContext,
  sha256: Sha256,
): QueueMessage {
  const body = JSON.stringify(update).replace(/[\uFFFE\uFFFF]/g, escaped);
  const content = `${update.update_id}.${sha256(body).slice(0, hashLength)}`;
  return {
    group: groupOf(laneOf(update), sha256),
    deduplicationId: retry === undefined ? content : `${content}.r${retry}`,
    body,
    attributes: {
      format: String(messageFormat),
      epoch: String(epoch),
      traceparent: `00-${traceId}-${traceId.slice(0, spanIdLength)}-01`,
    },
    sizeBytes: bytesOf(body) + attributesBytesMax,
  };
}

/** `newer`: a later version of this program wrote it. `unreadable`: no version did. */
export function readMessage({ body, attributes }: DeliveredMessage): Update | 'newer' | 'unreadable' {
  const format = attributes['format'] ?? '';
  if (/^\d{1,9}$/.test(format) && Number(format) > messageFormat) return 'newer';
  if (format !== String(messageFormat)) return 'unreadable';
  try {
    const value = JSON.parse(body) as Update | null;
    const isUpdate = typeof value === 'object' && value !== null && Number.isSafeInteger(value.update_id);
    return isUpdate ? value : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** How often `dead retry` has put the update back so far, as far as the message tells. */
export function retriesOf({ deduplicationId }: Pick<DeliveredMessage, 'deduplicationId'>): number {
  const [, retry] = /\.r(\d{1,15})$/.exec(deduplicationId) ?? [];
  return retry === undefined ? 0 : Number(retry);
}

export function epochOf({ attributes }: Pick<DeliveredMessage, 'attributes'>): number {
  const epoch = attributes['epoch'] ?? '';
  return /^\d{1,15}$/.test(epoch) ? Number(epoch) : 0;
}

function groupOf(lane: string, sha256: Sha256): string {
  const group = lane.replace(' ', ':');
  return groupShape.test(group) ? group : `lane:${sha256(lane).slice(0, hashLength)}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

function bytesOf(text: string): number {
  return text.length < exactFromLength
    ? bytesPerCharacterMax * text.length
    : new TextEncoder().encode(text).length;
}
