/**
 * The queries that wait for the bot's answer: presses, inline queries, and the steps of a payment.
 *
 * The last 10,000 of each kind are kept. A query of a payment must be answered within ten seconds.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { badRequest } from './errors.ts';

const kinds = ['callback_query', 'inline_query', 'shipping_query', 'pre_checkout_query'] as const;
type QueryKind = (typeof kinds)[number];

export type Query = Readonly<Record<string, unknown>>;

const kept = 10_000;
const paymentSeconds = 10;

export class Queries {
  readonly #nowSeconds: () => number;
  readonly #waiting = new Map<
    QueryKind,
    Map<string, { readonly query: Query; readonly atSeconds: number }>
  >();

  constructor(nowSeconds: () => number) {
    this.#nowSeconds = nowSeconds;
  }

  learn(type: string, query: Query): void {
    const kind = kinds.find((one) => one === type);
    if (kind === undefined || typeof query['id'] !== 'string') return;
    const waiting = this.#waiting.get(kind) ?? new Map();
    this.#waiting.set(kind, waiting);
    waiting.set(query['id'], { query, atSeconds: this.#nowSeconds() });
    const [oldest] = waiting.keys();
    if (waiting.size > kept) waiting.delete(oldest);
  }

  /** The query to answer; throws the server's refusal. A press may be answered again, the others not. */
  answer(kind: QueryKind, id: string): Query {
    const found = this.#waiting.get(kind)?.get(id);
    const isPayment = kind === 'shipping_query' || kind === 'pre_checkout_query';
    if (found === undefined || (isPayment && this.#nowSeconds() - found.atSeconds > paymentSeconds)) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    if (kind !== 'callback_query') this.#waiting.get(kind)?.delete(id);
    return found.query;
  }
}
