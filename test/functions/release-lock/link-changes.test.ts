/** One-tap links when something has changed: what other programs wrote, the secret, the state behind the page. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { botToken, FunctionFixture } from '../../support/function-fixture.ts';
import { linkEnvironment, Phone } from './phone.ts';

let fixture: FunctionFixture;
let phone: Phone;
let service: FunctionFixture['service'];
beforeAll(async () => {
  fixture = await FunctionFixture.open(undefined);
  service = fixture.service;
});
afterAll(() => fixture?.close());
beforeEach(() => {
  phone = new Phone(fixture);
});
afterEach(async () => {
  fixture.whenRestarted = async () => {};
  fixture.service = service;
  await fixture.clear();
});

const push = (count: number): void => {
  for (let index = 0; index < count; index += 1)
    fixture.telegram.pushText(botToken, { chatId: 7, text: `m${index}` });
};
const webhook = (call: string): Promise<unknown> => fetch(`${fixture.telegram.url}/bot${botToken}/${call}`);
const pendingNow = (): number => fixture.telegram.state(botToken).pending;
const auditEvents = async () =>
  (await redisAuditTrail(fixture.store, fixture.keys).latest(20)).map(({ event }) => event);

describe('links', () => {
  it('stay small and readable whatever other programs wrote', async () => {
    const { recover, status } = await phone.goDown();
    const long = `\u202e\u001b[2K${'w'.repeat(200_000)}`;
    const entry = ['event', long, 'who', long, 'why', long, 'before', long, 'after', ''];
    for (let count = 0; count < 3; count += 1)
      await fixture.store.command(['XADD', fixture.keys.audit, '*', ...entry]);
    const note = {
      id: 'n',
      type: 'T',
      priority: 'URGENT',
      title: long,
      text: long,
      ts: '',
      read: false,
    } as const;
    await fixture.inbox.push('101', note);
    await fixture.takeLock({ host: long });
    const stopped = {
      arn: 'a',
      stoppedReason: long,
      stoppedAtSeconds: 1,
      containers: [{ name: 'bot', reason: long }],
    };
    fixture.service = { ...fixture.service, running: 0, stoppedTasks: [stopped] };
    for (const path of [recover, status]) {
      const { body } = await phone.open(path);
      expect(body.length).toBeLessThan(50_000);
      for (const mark of ['\u202e', '\u001b']) expect(body).not.toContain(mark);
      expect(body).toContain('\\u202e');
    }
    const answers = [
      await phone.ops({ action: 'status' }),
      await phone.ops({ action: 'release-lock', force: true, reason: 'x' }),
    ];
    for (const answer of answers) expect(JSON.stringify(answer).length).toBeLessThan(50_000);
  });

  it('take links of both secrets while the secret is changed', async () => {
    const { recover } = await phone.goDown();
    const two = { OPS_LINK_SECRET: `a-newer-secret-0123456789,${linkEnvironment.OPS_LINK_SECRET}` };
    const changed = new Phone(fixture, '101', two);
    expect((await changed.open(recover)).statusCode).toBe(200);
    const form = await phone.form(recover);
    fixture.whenRestarted = () => fixture.beat();
    expect((await changed.send(form)).body).toContain('🟢');
    expect(
      (await new Phone(fixture, '101', { OPS_LINK_SECRET: 'a-newer-secret-0123456789' }).open(recover))
        .statusCode,
    ).toBe(403);
  });
});

describe('what was confirmed is what is done:', () => {
  beforeEach(async () => {
    await phone.ops({ action: 'drop-updates', reason: 'an empty queue' });
    await fixture.store.command(['DEL', fixture.keys.audit]);
  });

  it('more updates than were shown are not dropped: the page is shown again', async () => {
    const links = await phone.goDown();
    push(2);
    const form = await phone.form(links['drop-updates'], '2');
    push(500);
    const again = await phone.send(form);
    expect(again.body).toContain('За это время состояние изменилось');
    expect(again.body).toContain('502');
    expect(pendingNow()).toBe(502);
    expect(await auditEvents()).toEqual(['outage']);
    const seen = await phone.form(links['drop-updates'], '502');
    expect((await phone.send(seen)).body).toContain('Удалено из очереди: 502');
    expect(pendingNow()).toBe(0);
  });

  it('fewer updates than were shown may go', async () => {
    const links = await phone.goDown();
    push(2);
    const form = await phone.form(links['drop-updates'], '2');
    await phone.ops({ action: 'drop-updates', reason: 'another superadmin' });
    push(1);
    expect((await phone.send(form)).body).toContain('Удалено из очереди: 1');
  });

  it('a webhook that was not shown is not removed', async () => {
    const links = await phone.goDown();
    push(2);
    const form = await phone.form(links['drop-updates'], '2');
    await webhook('setWebhook?url=https://hook.example/x');
    expect((await phone.send(form)).body).toContain('За это время состояние изменилось');
    expect(pendingNow()).toBe(2);
    await webhook('deleteWebhook');
  });

  it('a lock that was to be asked for is not deleted', async () => {
    const { recover } = await phone.goDown();
    const held = await fixture.takeLock();
    const form = await phone.form(recover);
    const { restarts } = fixture;
    await fixture.store.command(['PERSIST', fixture.keys.lock]);
    const again = await phone.send(form);
    expect(again.body).toContain('За это время состояние изменилось');
    expect(again.body).toContain('будет удалена');
    expect(await fixture.get(fixture.keys.lock)).toBe(held);
    expect(fixture.restarts).toBe(restarts);
    fixture.whenRestarted = () => fixture.beat();
    expect((await phone.send(await phone.form(recover))).body).toContain('🟢');
    expect(await auditEvents()).toContain('broken');
  });

  it('cannot be talked into more by another value in the form', async () => {
    const { recover } = await phone.goDown();
    const held = await fixture.takeLock();
    const form = await phone.form(recover);
    await fixture.store.command(['PERSIST', fixture.keys.lock]);
    const forged = { ...form, fields: { ...form.fields, shown: '0 force' } };
    expect((await phone.send(forged)).statusCode).toBe(403);
    expect(await fixture.get(fixture.keys.lock)).toBe(held);
  });
});
