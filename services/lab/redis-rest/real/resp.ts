/**
 * The wire format of Redis (RESP2): commands out, replies in, all in byte strings.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
import type { Bytes } from '../store/bytes.ts';
import { ok, RedisError, type Reply, StatusReply } from '../store/reply.ts';

export function encodeCommand(command: readonly Bytes[]): Bytes {
  let encoded = `*${command.length}\r\n`;
  for (const word of command) encoded += `$${word.length}\r\n${word}\r\n`;
  return encoded;
}

interface OpenArray {
  readonly elements: Reply[];
  readonly length: number;
}

/** Accepts pieces of any size and returns whole replies. */
export class ReplyParser {
  private text = '';
  private at = 0;
  /** Nothing can be read before this much has arrived: avoids scanning a long string repeatedly. */
  private needed = 0;
  private readonly open: OpenArray[] = [];

  feed(piece: Bytes): Reply[] {
    this.text += piece;
    const replies: Reply[] = [];
    while (this.text.length >= this.needed) {
      const value = this.readValue();
      if (value === undefined) break;
      const reply = this.place(value);
      if (reply !== undefined) replies.push(reply);
    }
    if (this.at > 0) {
      this.text = this.text.slice(this.at);
      this.needed = Math.max(0, this.needed - this.at);
      this.at = 0;
    }
    return replies;
  }

  /** A whole value, or the beginning of an array; undefined if more must arrive first. */
  private readValue(): Reply | OpenArray | undefined {
    const lineEnd = this.text.indexOf('\r\n', this.at);
    if (lineEnd < 0) return undefined;
    const rest = this.text.slice(this.at + 1, lineEnd);
    const next = lineEnd + 2;
    switch (this.text.charAt(this.at)) {
      case '+':
        this.at = next;
        return rest === 'OK' ? ok : new StatusReply(rest);
      case '-':
        this.at = next;
        return new RedisError(rest);
      case ':':
        this.at = next;
        return Number(rest);
      case '$':
        return this.readBulk(Number(rest), next);
      case '*':
        this.at = next;
        return Number(rest) < 0 ? null : { elements: [], length: Number(rest) };
      default:
        throw new Error(`a reply of Redis began with ${JSON.stringify(this.text.charAt(this.at))}`);
    }
  }

  private readBulk(length: number, start: number): Reply | undefined {
    if (length < 0) {
      this.at = start;
      return null;
    }
    this.needed = start + length + 2;
    if (this.text.length < this.needed) return undefined;
    this.at = this.needed;
    return this.text.slice(start, start + length);
  }

  /** Puts a value into its array; returns a reply once it is whole. */
  private place(value: Reply | OpenArray): Reply | undefined {
    let complete: Reply;
    if (isOpenArray(value)) {
      if (value.length > 0) {
        this.open.push(value);
        return undefined;
      }
      complete = value.elements;
    } else {
      complete = value;
    }
    for (let parent = this.open.at(-1); parent !== undefined; parent = this.open.at(-1)) {
      parent.elements.push(complete);
      if (parent.elements.length < parent.length) return undefined;
      this.open.pop();
      complete = parent.elements;
    }
    return complete;
  }
}

function isOpenArray(value: Reply | OpenArray): value is OpenArray {
  return typeof value === 'object' && value !== null && 'elements' in value;
}
