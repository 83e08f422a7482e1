/**
 * The prices of an invoice or of a way of shipping.
 *
 * Source: telegram-bot-api's `get_labeled_price_parts` and `get_shipping_options`.
 *
 * Tested by: test/lab/telegram-emulator/methods/payments.test.ts
 */
import { isObject } from './arguments.ts';
import { badRequest } from './errors.ts';
import { JsonFields, type Refuse } from './json-fields.ts';

interface Price {
  readonly label: string;
  readonly amount: number;
}

export interface ShippingOption {
  readonly id: string;
  readonly title: string;
  readonly prices: readonly Price[];
}

export function readPrices(value: unknown, refuse: Refuse): Price[] {
  if (!Array.isArray(value)) throw refuse('expected an Array of labeled prices');
  const prices = value.map((one: unknown) =>
    readPrice(one, (reason) => refuse(`can't parse labeled price: ${reason}`)),
  );
  if (prices.length === 0) throw refuse('there must be at least one price');
  return prices;
}

function readPrice(value: unknown, refuse: Refuse): Price {
  if (!isObject(value)) throw refuse('LabeledPrice must be an Object');
  const fields = new JsonFields(value, refuse);
  const label = fields.text('label');
  if (label === '') throw refuse('LabeledPrice label must be non-empty');
  return { label, amount: fields.integer('amount') };
}

export function readShippingOptions(value: unknown): ShippingOption[] {
  if (value === undefined) throw badRequest("can't parse shipping options JSON object");
  if (!Array.isArray(value)) throw badRequest('expected an Array of shipping options');
  if (value.length === 0) throw badRequest('there must be at least one shipping option');
  return value.map((one: unknown) => {
    const refuse = (reason: string): Error => badRequest(`can't parse shipping option: ${reason}`);
    if (!isObject(one)) throw refuse('ShippingOption must be an Object');
    const fields = new JsonFields(one, refuse);
    const [id, title] = [fields.text('id'), fields.text('title')];
    if (id === '') throw refuse('ShippingOption identifier must be non-empty');
    if (title === '') throw refuse('ShippingOption title must be non-empty');
    const prices = readPrices(fields.array('prices'), (reason) =>
      refuse(`Can't parse shipping option prices: ${reason}`),
    );
    return { id, title, prices };
  });
}

export function sumOf(prices: readonly Price[]): number {
  return prices.reduce((sum, { amount }) => sum + amount, 0);
}
