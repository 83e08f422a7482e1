/** The link *I'm on it* under an alert. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { FunctionFixture, stores } from '../../support/function-fixture.ts';
import { Phone } from './phone.ts';

describe.each(stores)('a link on $name', ({ path: redisPath, missing }) => {
  describe.skipIf(missing)('to say so', () => {
    let fixture: FunctionFixture;
    let phone: Phone;
    beforeAll(async () => {
      fixture = await FunctionFixture.open(redisPath);
    });
    afterAll(() => fixture?.close());
    beforeEach(() => {
      phone = new Phone(fixture);
    });
    afterEach(() => fixture.clear());

    const auditEntries = () => redisAuditTrail(fixture.store, fixture.keys).latest(20);

    it('I’m on it: the page says what it does, one tap records who, and the others are told', async () => {
      const { acknowledge } = await phone.goDown();
      const other = new Phone(fixture, '102').newestLinks();
      const untouched = await phone.everything();
      const page = await phone.open(acknowledge);
      expect(page.body).toContain('Напоминаний об этом сбое больше не будет');
      const form = await phone.form(acknowledge);
      expect(await phone.everything()).toBe(untouched);
      expect((await phone.send(form)).body).toContain('🙋 Вы занимаетесь сбоем');
      const audit = await auditEntries();
      expect(audit[0]).toMatchObject({ event: 'acknowledged', who: 'the link sent to 101' });
      expect((await phone.send(form)).body).toContain('🙋 Вы занимаетесь сбоем');
      expect((await phone.open(acknowledge)).body).toContain('🙋 Вы занимаетесь сбоем');
      const second = await phone.open(other.acknowledge);
      expect(second.body).toContain('Сбоем уже занимаются: ссылка, отправленная 101');
      expect(second.body).not.toContain('<form');
      expect(await auditEntries()).toEqual(audit);
      await phone.monitor();
      expect(fixture.messagesTo('102').at(-1)?.text).toContain('Нажали «Занимаюсь»');
    });

    it('I’m on it: a form opened before somebody else’s tap shows who was first', async () => {
      const { acknowledge } = await phone.goDown();
      const form = await phone.form(acknowledge);
      const second = new Phone(fixture, '102');
      await second.send(await second.form(second.newestLinks().acknowledge));
      expect((await phone.send(form)).body).toContain('Сбоем уже занимаются: ссылка, отправленная 102');
    });
  });
});
