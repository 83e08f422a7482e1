/**
 * Payments: from the press of an invoice's button to the message that it is paid. No money moves.
 *
 * A flexible invoice asks for the ways of shipping first; the first one is taken.
 *
 * Tested by: test/lab/telegram-emulator/methods/payments.test.ts
 */
import { badRequest } from './errors.ts';
import type { User } from './members.ts';
import type { InvoiceTerms, Message } from './messages.ts';
import { type ShippingOption, sumOf } from './prices.ts';

/** What a payment needs of its bot. */
export interface PayingBot {
  readonly messages: { readonly lastId: number };
  newId(): string;
  nowSeconds(): number;
  push(update: {
    type: 'shipping_query' | 'pre_checkout_query' | 'message';
    content: Record<string, unknown>;
    id: undefined;
  }): unknown;
}

interface Payment {
  readonly user: User;
  readonly message: Message;
  readonly terms: InvoiceTerms;
  readonly shipping: ShippingOption | undefined;
}

const address = {
  country_code: 'DE',
  state: '',
  city: 'Berlin',
  street_line1: 'Testweg 1',
  street_line2: '',
  post_code: '10115',
};
const paymentsKept = 1000;

export class Payments {
  readonly #byQuery = new Map<string, Payment>();

  /** Somebody pays the invoice in the message; returns the id of the query that the bot must answer. */
  begin(bot: PayingBot, message: Message, user: User): string {
    const terms = message.invoice;
    if (terms === undefined) throw badRequest('message is not an invoice');
    const payment = { user, message, terms, shipping: undefined };
    if (!terms.isFlexible) return this.#checkOut(bot, payment);
    const id = this.#keep(bot, payment);
    const content = { id, from: user, invoice_payload: terms.payload, shipping_address: address };
    bot.push({ type: 'shipping_query', content, id: undefined });
    return id;
  }

  /** The bot offers these ways of shipping; with none it does not ship there. */
  ship(bot: PayingBot, queryId: string, options: readonly ShippingOption[]): void {
    const payment = this.#take(queryId);
    if (payment !== undefined && options.length > 0)
      this.#checkOut(bot, { ...payment, shipping: options[0] });
  }

  /** The bot agrees to the payment or not. */
  settle(bot: PayingBot, queryId: string, { isAgreed }: { isAgreed: boolean }): void {
    const payment = this.#take(queryId);
    if (payment === undefined || !isAgreed) return;
    const successful_payment = {
      ...paidFields(payment),
      telegram_payment_charge_id: `telegram-${queryId}`,
      provider_payment_charge_id: `provider-${queryId}`,
    };
    const content = {
      message_id: bot.messages.lastId + 1,
      from: payment.user,
      chat: payment.message.chat,
      date: bot.nowSeconds(),
      successful_payment,
    };
    bot.push({ type: 'message', content, id: undefined });
  }

  #checkOut(bot: PayingBot, payment: Payment): string {
    const id = this.#keep(bot, payment);
    const content = { id, from: payment.user, ...paidFields(payment) };
    bot.push({ type: 'pre_checkout_query', content, id: undefined });
    return id;
  }

  #keep(bot: PayingBot, payment: Payment): string {
    const id = bot.newId();
    this.#byQuery.set(id, payment);
    const [oldest] = this.#byQuery.keys();
    if (this.#byQuery.size > paymentsKept && oldest !== undefined) this.#byQuery.delete(oldest);
    return id;
  }

  /** Undefined for a query that a test has pushed itself: then nothing follows. */
  #take(queryId: string): Payment | undefined {
    const payment = this.#byQuery.get(queryId);
    this.#byQuery.delete(queryId);
    return payment;
  }
}

function paidFields({ message, terms, shipping }: Payment): Record<string, unknown> {
  const invoice = message.content['invoice'] as { currency: string; total_amount: number };
  return {
    currency: invoice.currency,
    total_amount: invoice.total_amount + sumOf(shipping?.prices ?? []),
    invoice_payload: terms.payload,
    ...(shipping === undefined
      ? {}
      : { shipping_option_id: shipping.id, order_info: { shipping_address: address } }),
  };
}
