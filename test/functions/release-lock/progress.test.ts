/** Which answers of the function URL are sent in pieces, and what an interrupted connection changes: nothing. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { HttpAnswer, HttpHead, OpenPage } from '../../../functions/release-lock/pages/layout.ts';
import { botToken, FunctionFixture } from '../../support/function-fixture.ts';
import { type Form, getEvent, Phone, postEvent } from './phone.ts';

let fixture: FunctionFixture;
let phone: Phone;
let heads: HttpHead[];
let pieces: string[];
const openPage: OpenPage = (head) => {
  heads.push(head);
  return (piece) => void pieces.push(piece);
};
beforeAll(async () => {
  fixture = await FunctionFixture.open(undefined);
});
afterAll(() => fixture?.close());
beforeEach(() => {
  phone = new Phone(fixture);
  [heads, pieces] = [[], []];
});
afterEach(async () => {
  fixture.whenRestarted = async () => {};
  fixture.aws.clearFaults();
  await fixture.clear();
});

const send = (form: Form) => phone.ops(postEvent(form), undefined, openPage);

it('a repair’s page comes step by step, and is the whole answer', async () => {
  const { recover } = await phone.goDown();
  let before: readonly string[] = [];
  fixture.whenRestarted = async () => {
    before = [...pieces];
    await fixture.beat();
  };
  expect(await send(await phone.form(recover))).toBeUndefined();
  expect(heads).toEqual([expect.objectContaining({ statusCode: 200 })]);
  expect(heads[0]?.headers).toEqual((await phone.open('/')).headers);
  expect(before.at(-1)).toContain('⏳</span><span>Перезапустить воркер…');
  const page = pieces.join('');
  const told = [
    ...page.slice(0, page.indexOf('</ul>')).matchAll(/<li[^>]*><span>(.)<\/span><span>([^:…<]*)/g),
  ];
  expect(told.map(([, mark, name]) => `${mark} ${name}`)).toEqual([
    ...['⏳ Снять блокировку', '✓ Снять блокировку', '– Сбросить очередь'],
    ...['⏳ Перезапустить воркер', '✓ Перезапустить воркер'],
    ...['⏳ Дождаться heartbeat', '✓ Дождаться heartbeat'],
  ]);
  expect(pieces.at(-1)).toContain('🟢 Бот снова работает');
  expect(pieces.at(-1)).toMatch(/<\/body>\n<\/html>\n$/);
});

it('a failed repair’s page ends with what failed and a new link', async () => {
  const { recover } = await phone.goDown();
  fixture.aws.fault({ service: 'ecs', kind: 'throttle' });
  await send(await phone.form(recover));
  expect(pieces.at(-1)).toContain('🔴 Не получилось');
  expect(pieces.at(-1)).toMatch(/<a class="button" href="\/recover\./);
});

it('a drop’s page says at once that it runs', async () => {
  const links = await phone.goDown();
  await phone.ops({ action: 'drop-updates', reason: 'an empty queue' });
  fixture.telegram.pushText(botToken, { chatId: 7, text: 'one' });
  await send(await phone.form(links['drop-updates'], '1'));
  expect(pieces[1]).toContain('⏳</span><span>Сбросить очередь…');
  expect(pieces.at(-1)).toContain('Удалено из очереди: 1');
});

it('every other answer is whole: refusals, pages, results that are there, I’m on it, invocations', async () => {
  const links = await phone.goDown();
  const repair = await phone.form(links.recover);
  const acknowledge = await phone.form(links.acknowledge);
  fixture.whenRestarted = () => fixture.beat();
  const refused = (await send({ ...repair, cookie: '' })) as HttpAnswer;
  expect(refused.statusCode).toBe(403);
  expect(await send(acknowledge)).toMatchObject({ body: expect.stringContaining('Вы занимаетесь сбоем') });
  for (const path of [links.recover, links.status, '/nothing']) {
    expect(await phone.ops(getEvent(path), undefined, openPage)).toHaveProperty('body');
  }
  expect(await phone.ops({ action: 'recover', reason: 'by hand' }, undefined, openPage)).toHaveProperty('ok');
  expect(heads).toEqual([]);
  await fixture.beat(400_000);
  await send(repair);
  expect(heads).toHaveLength(1);
  expect(await send(repair)).toMatchObject({ body: expect.stringContaining('Бот снова работает') });
  expect(heads).toHaveLength(1);
});

it('a link whose outage is over by the time of its use is answered whole', async () => {
  const { recover } = await phone.goDown();
  const form = await phone.form(recover);
  await fixture.beat();
  expect(await send(form)).toMatchObject({ body: expect.stringContaining('Чинить нечего') });
  expect(heads).toEqual([]);
});
