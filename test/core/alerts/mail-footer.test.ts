import { describe, expect, it } from 'vitest';
import type { Alert, OpenOutage } from '../../../services/core/alerts/alert-text.ts';
import { mailFooter } from '../../../services/core/alerts/mail-footer.ts';
import { readPayload } from '../../../services/core/ops/payload.ts';
import { type Cause, causes } from '../../../services/core/outage/diagnosis.ts';

const open = (cause: Cause): OpenOutage => ({
  silentMs: 600_000,
  diagnosis: {
    cause,
    holder: null,
    holdsLock: false,
    lastError: null,
    telegram: { kind: 'unreachable' },
    ecs: { kind: 'unknown' },
  },
  noSuperadmins: false,
  unreachable: [],
});
const down = (cause: Cause): Alert => ({ event: 'down', unstable: null, ...open(cause) });
const unstable = { sinceMs: 0, outages: 2 };

const runbookUrl = 'https://wiki.example/run';
const deployed = { runbookUrl, opsFunction: { name: 'Ops-1', region: 'eu-central-1' } };
const alone = { runbookUrl: 'docs/runbook.md', opsFunction: undefined };

describe('the end of a message to the topic', () => {
  it('says how to invoke the deployed function, and links the cause', () => {
    expect(mailFooter(down('holder-silent'), deployed, 'en')).toBe(
      'Repair with: aws lambda invoke --region eu-central-1 --function-name Ops-1 --cli-read-timeout 0 ' +
        `--cli-binary-format raw-in-base64-out --payload '{"action":"recover","reason":"alert mail"}' /dev/stdout\n` +
        'Runbook: https://wiki.example/run#holder-silent',
    );
  });

  it('names the command line where no function is known', () => {
    expect(mailFooter(down('holder-silent'), alone, 'ru')).toBe(
      'Починить: npx staffprobot recover\nИнструкция: docs/runbook.md#holder-silent',
    );
  });

  it('asks for force only to delete a lock without expiry', () => {
    const forced = causes.filter((cause) => mailFooter(down(cause), alone, 'en')?.includes('--force'));
    expect(forced).toEqual(['lock-without-expiry']);
  });

  it.each(['another-poller', 'worker-switched-off', 'telegram-unreachable', 'handlers-failing'] as const)(
    'only looks at %s, which no restart repairs',
    (cause) => {
      expect(mailFooter(down(cause), alone, 'en')).toMatch(/^Check with: npx staffprobot status\n/);
      expect(mailFooter(down(cause), deployed, 'ru')).toMatch(/^Проверить: .*'\{"action":"status"\}'/);
    },
  );

  it.each(causes)('shows a payload for %s that the function accepts', (cause) => {
    const [, payload = ''] = /--payload '([^']+)'/.exec(mailFooter(down(cause), deployed, 'en') ?? '') ?? [];
    expect(readPayload(JSON.parse(payload))).toMatchObject({ ok: true });
  });

  it('stands under every message about an open outage, and under no other about an outage', () => {
    const about = (alert: Alert) => mailFooter(alert, deployed, 'en');
    expect(about({ ...down('holder-silent'), event: 'reminder' } as Alert)).toContain('recover');
    expect(about({ event: 'unstable', unstable, open: open('holder-silent') })).toContain('recover');
    expect(about({ event: 'unstable', unstable, open: null })).toBeUndefined();
    expect(about({ event: 'recovered', sinceMs: 0, recoveredMs: 1, unstable: null })).toBeUndefined();
    expect(about({ event: 'stable', unstable, recoveredMs: 1 })).toBeUndefined();
    expect(about({ event: 'acknowledged', by: 'anna' })).toBeUndefined();
  });

  it('of a warning links its heading, and repairs nothing', () => {
    const warning = { event: 'warning', kind: 'another-poller', params: {} } as const;
    expect(mailFooter(warning, deployed, 'en')).toBe('Runbook: https://wiki.example/run#another-poller');
  });
});
