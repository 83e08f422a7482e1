/**
 * Invoices, and the bot's answers while they are paid.
 *
 * Source: telegram-bot-api's `get_input_message_invoice`.
 */
import type { Arguments } from '../arguments.ts';
import { badRequest, succeed } from '../errors.ts';
import { readPrices, readShippingOptions, type ShippingOption, sumOf } from '../prices.ts';
import { sendMessage } from '../send.ts';
import type { MethodGroup } from './method.ts';

const stars = 'XTR';
const titleLengthMax = 32;
const descriptionLengthMax = 255;
const payloadBytesMax = 128;

export const paymentMethods: MethodGroup = {
  sendInvoice(call) {
    const { args } = call;
    const [title, description] = [required(args, 'title'), required(args, 'description')];
    const payload = required(args, 'payload');
    const currency = required(args, 'currency');
    const prices = readArgument(args, 'prices');
    refuseTerms({ title, description, payload, currency, token: args.text('provider_token') });
    const total_amount = sumOf(prices);
    if (total_amount <= 0) throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID');
    const invoice = {
      title,
      description,
      start_parameter: args.text('start_parameter'),
      currency,
      total_amount,
    };
    const terms = { payload, isFlexible: args.flag('is_flexible') };
    return sendMessage(call, { invoice }, { invoice: terms, markup: payMarkup(currency, total_amount) });
  },
  answerShippingQuery({ bot, args }) {
    const options = args.flag('ok') ? readShipping(args) : [];
    if (options.length === 0) required(args, 'error_message');
    const queryId = args.text('shipping_query_id');
    bot.queries.answer('shipping_query', queryId);
    bot.payments.ship(bot, queryId, options);
    return succeed(true);
  },
  answerPreCheckoutQuery({ bot, args }) {
    const isAgreed = args.flag('ok');
    if (!isAgreed) required(args, 'error_message');
    const queryId = args.text('pre_checkout_query_id');
    bot.queries.answer('pre_checkout_query', queryId);
    bot.payments.settle(bot, queryId, { isAgreed });
    return succeed(true);
  },
};

function required(args: Arguments, name: string): string {
  const text = args.text(name);
  if (text === '') throw badRequest(`parameter "${name}" is required`);
  return text;
}

function readShipping(args: Arguments): ShippingOption[] {
  required(args, 'shipping_options');
  return readShippingOptions(args.json('shipping_options'));
}

function readArgument(args: Arguments, name: string): ReturnType<typeof readPrices> {
  required(args, name);
  const value = args.json(name);
  if (value === undefined) throw badRequest(`can't parse ${name} JSON object`);
  return readPrices(value, badRequest);
}

interface Terms {
  readonly title: string;
  readonly description: string;
  readonly payload: string;
  readonly currency: string;
  readonly token: string;
}

/** What Telegram itself refuses. */
function refuseTerms({ title, description, payload, currency, token }: Terms): void {
  if (title.length > titleLengthMax) throw badRequest('INVOICE_TITLE_TOO_LONG');
  if (description.length > descriptionLengthMax) throw badRequest('INVOICE_DESCRIPTION_TOO_LONG');
  if (Buffer.byteLength(payload) > payloadBytesMax) throw badRequest('INVOICE_PAYLOAD_INVALID');
  if (!/^[A-Z]{3}$/.test(currency)) throw badRequest('CURRENCY_INVALID');
  // Stars need no provider.
  if (currency !== stars && token === '') throw badRequest('PAYMENT_PROVIDER_INVALID');
}

/** An invoice without buttons of its own gets one to pay. */
function payMarkup(currency: string, amount: number): Readonly<Record<string, unknown>> {
  const price = currency === stars ? `⭐${amount}` : `${amount} ${currency}`;
  return { inline_keyboard: [[{ text: `Pay ${price}`, pay: true }]] };
}
