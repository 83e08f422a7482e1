import { describe, expect, it } from 'vitest';
import { faultOf, OpsRefusal, record } from '../../../services/core/ops/ops-ports.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { OpsFixture } from '../../support/ops-fixture.ts';

describe('faultOf', () => {
  it.each([
    [new OpsRefusal({ code: 'LOCK_STILL_HELD', message: 'still held' }), 'LOCK_STILL_HELD', 'still held'],
    [
      new StoreUnreachableError('x', new Error('timeout')),
      'STORE_UNREACHABLE',
      'check UPSTASH_REDIS_REST_URL',
    ],
    [new StoreRefusedError('x', 'WRONGTYPE'), 'STORE_REFUSED', 'REDIS_KEY_PREFIX'],
    [new EcsError('UpdateService', new Error('Region is missing')), 'ECS_FAILED', 'set AWS_REGION'],
    [new BotApiRefusedError('m', { status: 400, description: 'no' }), 'BOT_API_REFUSED', 'm: 400 no'],
    [
      new BotApiUnreachableError('m', 'timeout', { aborted: false, cause: undefined }),
      'BOT_API_UNREACHABLE',
      'm: timeout',
    ],
  ])('answers %s', (error, code, message) => {
    expect(faultOf(error)).toEqual({ code, message: expect.stringContaining(message) });
  });

  it.each([new TypeError('a bug'), 'a text', undefined])('takes %s for a bug', (error) => {
    expect(faultOf(error)).toBeUndefined();
  });
});

describe('record', () => {
  const what = { event: 'restarted', before: '', after: 'deployment-1' } as const;

  it('writes who and why with what was done', async () => {
    const fixture = await OpsFixture.open();
    await record({ ...fixture.context, reason: { who: 'anna', why: 'a test' } }, what);
    expect(await fixture.audit()).toMatchObject([{ ...what, who: 'anna', why: 'a test' }]);
  });

  it('says that the action was done even if the entry cannot be written', async () => {
    const fixture = await OpsFixture.open();
    const ports = {
      ...fixture.ports,
      audit: {
        ...fixture.ports.audit,
        append: () => Promise.reject(new StoreRefusedError('XADD', 'WRONGTYPE')),
      },
    };
    const recording = record({ ...fixture.context, ports, reason: { who: 'anna', why: 'a test' } }, what);
    await expect(recording).rejects.toMatchObject({
      code: 'AUDIT_FAILED',
      message: expect.stringMatching(/^done \(restarted\), but the audit entry could not be written: /),
    });
  });

  it('lets a bug through', async () => {
    const fixture = await OpsFixture.open();
    const append = () => Promise.reject(new TypeError('a bug'));
    const ports = { ...fixture.ports, audit: { ...fixture.ports.audit, append } };
    const recording = record({ ...fixture.context, ports, reason: { who: 'anna', why: 'a test' } }, what);
    await expect(recording).rejects.toThrow('a bug');
  });
});
