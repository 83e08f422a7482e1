import { describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../emulator-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});
const invoice = {
  chat_id: 7,
  title: 'Tea',
  description: 'A cup',
  payload: 'tea-1',
  currency: 'EUR',
  provider_token: 'test',
  prices: [
    { label: 'Tea', amount: 250 },
    { label: 'Milk', amount: 50 },
  ],
};
const pay = (rig: Rig): unknown => rig.act({ act: 'pay', user: 7, chat_id: 7, message_id: 1 });
const lastUpdate = async (rig: Rig): Promise<unknown> =>
  ((await rig.call('getUpdates', { offset: -1 })).result as unknown[])[0];

describe('an invoice', () => {
  it('is sent with a button to pay, paid, and confirmed', async () => {
    const rig = startRig();
    expect(await rig.call('sendInvoice', invoice)).toMatchObject({
      result: {
        invoice: { title: 'Tea', description: 'A cup', currency: 'EUR', total_amount: 300 },
        reply_markup: { inline_keyboard: [[{ pay: true }]] },
      },
    });
    const pre_checkout_query_id = pay(rig);
    expect(await lastUpdate(rig)).toMatchObject({
      pre_checkout_query: {
        id: pre_checkout_query_id,
        currency: 'EUR',
        total_amount: 300,
        invoice_payload: 'tea-1',
      },
    });
    const answer = { pre_checkout_query_id, ok: true };
    expect(await rig.call('answerPreCheckoutQuery', answer)).toMatchObject({ result: true });
    expect(await lastUpdate(rig)).toMatchObject({
      message: { from: { id: 7 }, successful_payment: { total_amount: 300, invoice_payload: 'tea-1' } },
    });
    expect(await rig.call('answerPreCheckoutQuery', answer)).toEqual(
      refused('query is too old and response timeout expired or query ID is invalid'),
    );
  });

  it('that is flexible is shipped first, and costs what the shipping costs', async () => {
    const rig = startRig();
    await rig.call('sendInvoice', { ...invoice, is_flexible: true });
    const shipping_query_id = pay(rig);
    expect(await lastUpdate(rig)).toMatchObject({
      shipping_query: {
        id: shipping_query_id,
        invoice_payload: 'tea-1',
        shipping_address: { city: 'Berlin' },
      },
    });
    const shipping_options = [{ id: 'post', title: 'Post', prices: [{ label: 'Post', amount: 100 }] }];
    await rig.call('answerShippingQuery', { shipping_query_id, ok: true, shipping_options });
    expect(await lastUpdate(rig)).toMatchObject({
      pre_checkout_query: { total_amount: 400, shipping_option_id: 'post' },
    });
  });

  it('is not paid if the bot refuses or is late', async () => {
    const rig = startRig();
    await rig.call('sendInvoice', invoice);
    const refusedId = pay(rig);
    await rig.call('answerPreCheckoutQuery', {
      pre_checkout_query_id: refusedId,
      ok: false,
      error_message: 'Sold out',
    });
    const lateId = pay(rig);
    await rig.clock.advance(11_000);
    expect(await rig.call('answerPreCheckoutQuery', { pre_checkout_query_id: lateId, ok: true })).toEqual(
      refused('query is too old and response timeout expired or query ID is invalid'),
    );
    expect(await lastUpdate(rig)).toMatchObject({ pre_checkout_query: { id: lateId } });
  });

  it('in stars needs no provider', async () => {
    const stars = { ...invoice, currency: 'XTR', provider_token: '', prices: [{ label: 'Tea', amount: 5 }] };
    expect(await startRig().call('sendInvoice', stars)).toMatchObject({ ok: true });
  });

  it.each([
    [{ title: '' }, 'parameter "title" is required'],
    [{ payload: '' }, 'parameter "payload" is required'],
    [{ prices: '' }, 'parameter "prices" is required'],
    [{ prices: '[' }, "can't parse prices JSON object"],
    [{ prices: {} }, 'expected an Array of labeled prices'],
    [{ prices: [] }, 'there must be at least one price'],
    [{ prices: ['x'] }, "can't parse labeled price: LabeledPrice must be an Object"],
    [
      { prices: [{ label: '', amount: 1 }] },
      "can't parse labeled price: LabeledPrice label must be non-empty",
    ],
    [
      { prices: [{ label: 'x', amount: 1.5 }] },
      `can't parse labeled price: Field "amount" must be a valid Number`,
    ],
    [{ prices: [{ label: 'x', amount: 0 }] }, 'CURRENCY_TOTAL_AMOUNT_INVALID'],
    [{ currency: 'euro' }, 'CURRENCY_INVALID'],
    [{ provider_token: '' }, 'PAYMENT_PROVIDER_INVALID'],
    [{ payload: 'x'.repeat(129) }, 'INVOICE_PAYLOAD_INVALID'],
  ])('is refused: %o', async (args, why) => {
    expect(await startRig().call('sendInvoice', { ...invoice, ...args })).toEqual(refused(why));
  });

  it.each([
    ['answerPreCheckoutQuery', { ok: false }, 'parameter "error_message" is required'],
    ['answerShippingQuery', {}, 'parameter "error_message" is required'],
    ['answerShippingQuery', { ok: true }, 'parameter "shipping_options" is required'],
    [
      'answerShippingQuery',
      { ok: true, shipping_options: [{ id: 'a', title: '' }] },
      "can't parse shipping option: ShippingOption title must be non-empty",
    ],
    ['answerShippingQuery', { ok: true, shipping_options: [] }, 'there must be at least one shipping option'],
    [
      'answerShippingQuery',
      { ok: true, shipping_options: [{ id: '', title: 'x' }] },
      "can't parse shipping option: ShippingOption identifier must be non-empty",
    ],
  ])('%s %o is refused: %s', async (method, args, why) => {
    expect(await startRig().call(method, args)).toEqual(refused(why));
  });
});
