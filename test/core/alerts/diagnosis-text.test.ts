import { describe, expect, it } from 'vitest';
import { causeText, diagnosisLines } from '../../../services/core/alerts/diagnosis-text.ts';
import { causes, type Diagnosis } from '../../../services/core/outage/diagnosis.ts';
import { locales } from '../../../services/core/platform/locale.ts';
import { noTaskRunning as diagnosis } from './diagnosis-fixture.ts';

describe('a diagnosis in words', () => {
  it('names the lock holder, its last error and a webhook if there is one', () => {
    const held: Diagnosis = {
      ...diagnosis,
      cause: 'webhook-set',
      holdsLock: true,
      lastError: '409:\n conflict',
      telegram: { kind: 'reachable', pendingUpdates: 0, webhookHost: 'example.org' },
      ecs: { kind: 'known', desired: 2, running: 2, deploying: false, lastStopReason: 'an old one' },
    };
    expect(diagnosisLines(held, 'en')).toEqual([
      'Cause: a webhook is set, so polling is impossible',
      'Error: 409: conflict',
      'Lock holder: ip-10-0-1-5, pid 7, production',
      'Waiting updates: 0',
      'Webhook: example.org',
      'Tasks running: 2 of 2',
      'Next step: restart the worker: it removes the webhook',
    ]);
  });

  it('leaves out what is unknown', () => {
    const unknown: Diagnosis = {
      cause: 'never-started',
      holder: null,
      holdsLock: false,
      lastError: null,
      telegram: { kind: 'unreachable' },
      ecs: { kind: 'unknown' },
    };
    expect(diagnosisLines(unknown, 'en')).toEqual([
      'Cause: the bot has never been started',
      'Next step: start the worker',
    ]);
  });

  it.each(locales)('gives each cause its own words in %s', (locale) => {
    expect(new Set(causes.map((cause) => causeText(cause, locale))).size).toBe(causes.length);
  });
});
