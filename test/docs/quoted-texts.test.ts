/** Keeps the texts that the runbooks quote from `status` and from alerts in step with the code that prints them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { statusText } from '../../services/cli/render.ts';
import { alertMessage } from '../../services/core/alerts/alert-text.ts';
import { alertLinks } from '../../services/core/ops/links/alert-buttons.ts';
import type { StatusAnswer } from '../../services/core/ops/results.ts';
import type { Logger } from '../../services/core/platform/logger.ts';

const runbooks = [
  { locale: 'en', file: 'docs/runbook.md' },
  { locale: 'ru', file: 'docs/runbook.ru.md' },
] as const;
const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
/** Markdown wraps its lines anywhere. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

const nowMs = Date.parse('2026-03-01T01:19:08Z');
const silent: StatusAnswer = {
  lock: null,
  epoch: 3,
  heartbeatAgeSeconds: 600,
  heartbeat: '{}',
  up: false,
  state: 'down',
  since: null,
  told: null,
  acknowledgedBy: null,
  snooze: null,
  unreachable: [],
  handlers: null,
  cause: 'no-task-running',
  diagnosis: [],
  outage: null,
  telegram: 'unreachable',
  telegramProblem: null,
  pendingUpdates: null,
  webhookSet: true,
  ecs: { desired: 1, running: 0, deploying: false, lastStopReason: 'OutOfMemory' },
  ecsProblem: null,
  environment: 'production',
  environmentProblem: null,
};
const lock = { value: 'x', host: null, pid: null, env: null, since: null, ttlSeconds: null, revoked: false };

describe.each(runbooks)('$file', ({ locale, file }) => {
  const page = oneLine(read(file));

  it.each([
    ['polls', 'nobody', silent],
    ['tasks', '0 of 1 running', silent],
    ['tasks', '1 of 1 running', { ...silent, ecs: { ...silent.ecs, running: 1 } }],
    ['last stop', undefined, silent],
    ['telegram', 'unreachable', silent],
    ['telegram', 'reachable', { ...silent, telegram: 'reachable' }],
    ['webhook', 'SET: polling is impossible', silent],
    ['outage', 'none open', silent],
    ['lock', 'WITHOUT EXPIRY', { ...silent, lock }],
  ] as readonly (readonly [string, string | undefined, StatusAnswer])[])(
    'quotes the line %s of status, with %s, as status prints it',
    (name, value, status) => {
      expect(page).toContain(`\`${name}\``);
      if (value !== undefined) expect(page).toContain(`\`${value}\``);
      expect(statusText(status, nowMs)).toMatch(new RegExp(`^ {2}${name} {2,}${value ?? ''}`, 'm'));
    },
  );

  it('quotes the title of the alert that the bot works again', () => {
    const recovered = { event: 'recovered', sinceMs: 0, recoveredMs: 600_000, unstable: null } as const;
    expect(page).toContain(alertMessage(recovered, { locale, possibleRepeat: false }).title);
  });

  it('quotes the title of the alert about dead letters', () => {
    const warning = { event: 'warning', kind: 'dead-letters', params: {} } as const;
    const { title } = alertMessage(warning, { locale, possibleRepeat: false });
    expect(page).toContain(title.replace(/^🟠 |: .*$/g, ''));
  });

  it('names the buttons of an alert as they are', async () => {
    const links = alertLinks({
      store: { make: async () => {} },
      signer: { sign: () => 'signature', isSigned: () => true },
      random: { unit: () => 0, token: () => 'token' },
      baseUrl: 'https://example.com',
      locale,
      logger: {} as Logger,
    });
    const buttons = await links.buttons('1', 'outage');
    expect(buttons).toHaveLength(4);
    for (const { text } of buttons) expect(page).toContain(text);
  });
});
