import { describe, expect, it } from 'vitest';
import { type Outcome, resultPage } from '../../../../functions/release-lock/pages/result.ts';
import { textsFor } from '../../../../functions/release-lock/pages/texts.ts';
import type { OpsAnswer } from '../../../../services/core/ops/results.ts';
import { locales } from '../../../../services/core/platform/locale.ts';
import { liveStatus } from '../../../support/live-status.ts';

const up = liveStatus();
const down = liveStatus({ up: false, heartbeatAgeSeconds: 400, diagnosis: ['Cause: polling fails'] });
const recovered: OpsAnswer = {
  ok: true,
  action: 'recover',
  steps: [
    {
      step: 'release-lock',
      outcome: 'done',
      result: { lockRemoved: true, previousValue: null, heartbeatAgeSeconds: 400, mode: 'released' },
    },
    { step: 'drop-updates', outcome: 'skipped', why: 'not asked for' },
    { step: 'restart', outcome: 'done', result: { restarted: true, deploymentId: 'd-1' } },
    { step: 'fresh-heartbeat', outcome: 'done', result: { heartbeatAgeSeconds: 2, waitedSeconds: 5 } },
  ],
};
const failed = (code: string): OpsAnswer => ({
  ok: false,
  action: 'recover',
  error: { code, message: 'm <1>' },
});
const dropped = (webhookRemoved: boolean): OpsAnswer => ({
  ok: true,
  action: 'drop-updates',
  droppedUpdates: 12,
  webhookRemoved,
});

function bodyOf(
  answer: OpsAnswer | undefined,
  more: Partial<Outcome> & { usedSeconds?: number } = {},
): string {
  const { usedSeconds, ...rest } = more;
  const result = answer && { answer, retryPath: '/again' };
  const record = usedSeconds === undefined ? { result } : { result, usedSeconds };
  return resultPage({ locale: 'en', live: up, record, ...rest }).body;
}
const reloads = (body: string): boolean => body.includes('http-equiv="refresh"');

describe('the page after an action', () => {
  it('lists the steps of a recovery', () => {
    const body = bodyOf(recovered);
    expect(body).toContain('🟢 The bot works again');
    for (const text of [
      '<span>✓</span><span>Release the lock: its holder released it</span>',
      '<span>–</span><span>Drop the queue: not needed</span>',
      '<span>✓</span><span>Restart the worker: restart started</span>',
      '<span>✓</span><span>Wait for a heartbeat: received, 2 s old</span>',
    ]) {
      expect(body).toContain(text);
    }
    expect(reloads(body)).toBe(false);
  });

  it('reloads itself while the action runs, until it must have been interrupted', () => {
    expect(bodyOf(undefined, { usedSeconds: 300 })).toContain('⏳ In progress');
    expect(reloads(bodyOf(undefined, { usedSeconds: 300 }))).toBe(true);
    expect(bodyOf(undefined, { usedSeconds: 301 })).toContain('🔴 Interrupted halfway');
    expect(reloads(bodyOf(undefined, { usedSeconds: 301 }))).toBe(false);
  });

  it('waits for the bot after a recovery without a heartbeat yet', () => {
    const answer = failed('NO_HEARTBEAT_YET');
    expect(bodyOf(answer, { live: down })).toContain('⏳ Done, waiting for the bot');
    expect(reloads(bodyOf(answer, { live: down }))).toBe(true);
    expect(bodyOf(answer, { live: up })).toContain('🟢 The bot works again');
    const late = bodyOf(answer, { live: down, usedSeconds: 301 });
    expect(late).toContain('🔴 Done, but the bot is silent');
    expect(late).toContain('<dt>Cause</dt><dd>polling fails</dd>');
  });

  it('shows a failure in words, its message escaped, and a new link', () => {
    const body = bodyOf(failed('STORE_REFUSED'), { live: down });
    expect(body).toContain('The store refused: this step was not done.');
    expect(body).toContain('m &lt;1&gt;');
    expect(body).toContain('href="/again"');
  });

  it('shows an unknown code by its message alone', () => {
    expect(bodyOf(failed('toString'), { live: undefined })).toContain(
      '<p></p><p><small>m &lt;1&gt;</small></p>',
    );
  });

  it('says who is on it: you, or whoever was first', () => {
    const by = 'the link sent to 102';
    const body = bodyOf({ ok: true, action: 'acknowledge', by, isNew: true }, { live: down });
    expect(body).toContain('🙋 You are on it');
    expect(body).toContain('Reminders stop for this outage.');
    const late = bodyOf({ ok: true, action: 'acknowledge', by, isNew: false }, { live: down });
    expect(late).toContain('Someone is on it already: the link sent to 102.');
    expect(late).not.toContain('You are on it');
  });

  it('says how many updates were dropped, and what to do if the bot is still silent', () => {
    expect(bodyOf(dropped(true))).toContain('Deleted from the queue: 12');
    expect(bodyOf(dropped(true))).toContain('The webhook was removed');
    expect(bodyOf(dropped(false), { live: down })).toContain('tap “Repair”');
    expect(bodyOf(dropped(false))).not.toContain('tap “Repair”');
  });
});

describe('the texts of the pages', () => {
  /** Every path to a text, and every text made with sample arguments. */
  function leaves(value: unknown, path = ''): readonly (readonly [string, string])[] {
    if (typeof value === 'string') return [[path, value]];
    if (typeof value === 'function') return [[path, String(value('12', '34'))]];
    return Object.entries(value as object).flatMap(([name, one]) => leaves(one, `${path}.${name}`));
  }

  it('are the same in both languages but for the words, and none is empty', () => {
    const [ru, en] = locales.map((locale) => new Map(leaves(textsFor(locale))));
    expect([...(ru?.keys() ?? [])]).toEqual([...(en?.keys() ?? [])]);
    for (const text of [...(ru?.values() ?? []), ...(en?.values() ?? [])]) expect(text.trim()).not.toBe('');
    for (const [path, text] of en ?? []) expect(text, path).not.toMatch(/[а-яё]/i);
  });
});
