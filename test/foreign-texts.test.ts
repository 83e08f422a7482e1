/**
 * A text that a stranger wrote, in every output of the system: none of them shows a code or a mark that reorders or
 * hides text, sends half of a character, or grows without limit; markup stays text; a line stays a line.
 */
import { describe, expect, it } from 'vitest';
import { html } from '../functions/release-lock/pages/html.ts';
import { createLogger } from '../services/adapters/logger.ts';
import { systemClock } from '../services/adapters/system-clock.ts';
import { logWriter } from '../services/adapters/terminal-log.ts';
import { shippedCommands } from '../services/bot/handlers/commands.ts';
import { auditText, inboxText } from '../services/cli/commands/audit-and-inbox.ts';
import { facts } from '../services/cli/render.ts';
import { guarded } from '../services/cli/terminal.ts';
import type { Claim } from '../services/core/alerts/delivery-store.ts';
import { alertSender } from '../services/core/alerts/send-alert.ts';
import { readHeartbeat } from '../services/core/lease/heartbeat.ts';
import { describeHolder, lockValue } from '../services/core/lease/lock-value.ts';
import type { BotObservation } from '../services/core/monitor/outage-store.ts';
import { readPayload } from '../services/core/ops/payload.ts';
import type { BotApi } from '../services/core/platform/bot-api.ts';
import { redactor } from '../services/core/platform/redaction.ts';
import { Conversation } from './bot/handlers/conversation.ts';

const texts: Readonly<Record<string, string>> = {
  'an emoji across the cut': `${'x'.repeat(158)}\u{1F525} and more`,
  'families of emoji': '\u{1F468}\u200D\u{1F469}\u200D\u{1F467} '.repeat(60),
  'half of a surrogate pair': 'half \ud83d of a pair',
  'terminal codes': '\u001b[2K\rAll is well\u001b[8m',
  'the title of the terminal': '\u001b]0;owned\u0007',
  'C1 codes': '\u009b31m red',
  'a right-to-left override': 'evil \u202egpj.exe',
  isolates: 'a\u2066b\u2069',
  'line breaks': 'one\r\ntwo\u2028three\u2029four\u0085five',
  'a line that looks like ours': 'x\n2026-03-01 00:00:00 UTC  broken  by anna: I did it',
  NUL: 'a\u0000b',
  tags: 'a\u{E0068}\u{E0069}',
  'invisible spaces': 'a\u200bb\ufeffc\u3164d',
  markup: '<b>bold</b> & <script>alert(1)</script> *_`[ "\'',
  'a long one': 'w'.repeat(5_000_000),
};

/** Written apart from the code that it checks. Line breaks and tabs are checked by output. */
function dangerIn(text: string): string | undefined {
  const isDangerous = (code: number): boolean =>
    (code < 0x20 && code !== 0x0a && code !== 0x09) ||
    (code >= 0x7f && code <= 0x9f) ||
    [0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x3164, 0xfeff].includes(code) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2069) ||
    (code >= 0xe0000 && code <= 0xe007f);
  return [...text].find((character) => isDangerous(character.codePointAt(0) ?? 0));
}

interface Output {
  readonly show: (text: string) => string | Promise<string>;
  readonly lengthMax: number;
  /** How many lines it has, whatever the text; undefined: the text may have several. */
  readonly lines?: number;
}

const nowMs = Date.UTC(2026, 2, 1, 3);
const redact = redactor();
const inboxOf = (text: string) => ({
  push: async () => true,
  list: async () => ({
    entries: [{ id: 'a', type: 't', priority: 'URGENT' as const, title: text, text, ts: text, read: false }],
    total: 1,
  }),
  markRead: async () => 0,
});

/** Whatever a channel is given to send. */
async function alert(channel: Claim['recipient']['channel'], text: string): Promise<string> {
  const sent: string[] = [];
  const telegram: BotApi = {
    call: async <Result>(_method: string, parameters: Readonly<Record<string, unknown>>) => {
      sent.push(String(parameters['text']));
      return {} as Result;
    },
  };
  const send = alertSender({
    inbox: { ...inboxOf(''), push: async (_id, entry) => sent.push(`${entry.title}\n${entry.text}`) > 0 },
    audit: { append: async () => {}, latest: async () => [] },
    telegram,
    topic: { publish: async ({ subject, text: body }) => void sent.push(`${subject}\n${body}`) },
    ecs: undefined,
    superadminIds: ['101'],
    unreachable: [text],
    locale: 'en',
    redact,
    diagnosis: async () => ({
      cause: 'polls-failing',
      holder: { host: text, pid: 7, env: text, ts: text, owner: text },
      holdsLock: true,
      lastError: text,
      telegram: { kind: 'unreachable' },
      ecs: { kind: 'known', desired: 1, running: 0, deploying: false, lastStopReason: text },
    }),
  });
  const claim = {
    field: 'f',
    token: 't',
    outageId: 'outage-1',
    number: 0,
    recipient: { channel, address: '101' },
    attempt: 1,
    madeMs: nowMs,
    possibleRepeat: false,
    sinceMs: nowMs - 420_000,
    recoveredMs: null,
    nowMs,
    acknowledgedBy: text,
    unstable: null,
    warning: undefined,
  };
  const always = () => true;
  await send({ ...claim, event: 'down' }, always);
  await send({ ...claim, event: 'acknowledged' }, always);
  const params = { who: text, why: text, count: 1 };
  await send({ ...claim, event: 'notice', warning: { kind: 'lock-broken', params } }, always);
  expect(sent).toHaveLength(3);
  return sent.join('\n');
}

async function botSays(command: string, text: string): Promise<string> {
  const observed = {
    nowMs,
    held: { value: text, ttlMs: 5400 },
    heartbeat: readHeartbeat(text),
    memory: {},
    epoch: 3,
    handlers: { epoch: 3, sinceMs: nowMs, atMs: nowMs, failed: 5, handled: 6, lastError: text.slice(0, 500) },
  };
  const conversation = new Conversation(
    shippedCommands({
      superadminIds: ['77'],
      fallbackLocale: 'en',
      inbox: inboxOf(text),
      observe: async () => observed as unknown as BotObservation,
      pendingUpdates: async () => 3,
    }),
  );
  return String(await conversation.say(command, { from: 77 }));
}

function onTerminal(text: string): string {
  const written: string[] = [];
  const write = (line: string): void => void written.push(line);
  const plain = {
    ...{ answer: write, tell: write, overwrite: write, redraw: write },
    ...{ canRedraw: true, isLive: true, canAsk: true },
    async ask(question: string) {
      write(question);
      return 'no';
    },
  };
  const terminal = guarded(plain, 'staffprobot');
  for (const show of [terminal.answer, terminal.tell, terminal.overwrite, terminal.redraw]) show(text);
  void terminal.ask(text);
  return written.join('');
}

function logged(text: string, { isTTY = false } = {}): string {
  let line = '';
  const toStream = (written: string): void => {
    line += written;
  };
  const write = logWriter({ isTTY, write: toStream }, { NO_COLOR: '1' });
  const logger = createLogger({ level: 'info', redact, clock: systemClock, fields: {}, write });
  logger.warn(text, { [text.slice(0, 50)]: text, error: new Error(text) });
  return line;
}

const outputs: Readonly<Record<string, Output>> = {
  'the log on a terminal': { show: (text) => logged(text, { isTTY: true }), lengthMax: 3000 },
  'the terminal': { show: onTerminal, lengthMax: Number.POSITIVE_INFINITY },
  'a fact on the terminal': { show: (text) => facts([['poller', text]]), lengthMax: 1020, lines: 1 },
  'the audit on the terminal': {
    show: (text) =>
      auditText({ id: text, event: text, who: text, why: text, before: `b${text}`, after: text }, redact),
    lengthMax: 6100,
    lines: 3,
  },
  'the inbox on the terminal': {
    show: (text) => inboxText({ ...inboxEntry(text), text: 'one line' }, redact),
    lengthMax: 2100,
    lines: 2,
  },
  'a page': {
    show: (text) => html`<p title="${text}">${text}</p>`.text,
    lengthMax: Number.POSITIVE_INFINITY,
  },
  'an alert in Telegram': { show: (text) => alert('TELEGRAM', text), lengthMax: 3 * 4096 + 2 },
  'an alert in the inbox': { show: (text) => alert('IN_APP', text), lengthMax: 3 * 4096 },
  'an alert by mail': { show: (text) => alert('SNS', text), lengthMax: 3 * 4096 },
  '/status': { show: (text) => botSays('/status', text), lengthMax: 4096 },
  '/notifications': { show: (text) => botSays('/notifications', text), lengthMax: 4096 },
  'a log line': { show: logged, lengthMax: Number.POSITIVE_INFINITY, lines: 1 },
  'the holder of a lock': {
    show: (text) => describeHolder(lockValue({ host: text, pid: 1, env: text, ts: text, owner: text })),
    lengthMax: 450,
    lines: 1,
  },
  'a lock value that names no process': { show: describeHolder, lengthMax: 600, lines: 1 },
  'a refusal by the ops function': {
    show: (text) => JSON.stringify(readPayload({ action: text })),
    lengthMax: 600,
    lines: 1,
  },
};

function inboxEntry(text: string) {
  return { id: 'a', type: 't', priority: 'URGENT' as const, title: text, text, ts: text, read: false };
}

describe.each(Object.entries(outputs))('%s', (_output, { show, lengthMax, lines }) => {
  it.each(Object.entries(texts))('shows %s', async (_text, text) => {
    const shown = await show(text);
    expect(shown.isWellFormed()).toBe(true);
    expect(dangerIn(shown)?.codePointAt(0)).toBeUndefined();
    expect(shown.length).toBeLessThanOrEqual(lengthMax);
    if (lines !== undefined) expect(shown.trimEnd().split('\n')).toHaveLength(lines);
  });
});

it('a page shows markup as text', () => {
  const { text } = html`<p title="${texts['markup'] ?? ''}">${texts['markup'] ?? ''}</p>`;
  expect(text).not.toMatch(/<(?!\/?p\b)/);
  expect(text.match(/"/g)).toHaveLength(2);
});

it('a message by Telegram is plain text: nothing in it is markup', async () => {
  expect(await alert('TELEGRAM', texts['markup'] ?? '')).toContain('<script>alert(1)</script>');
});

it('a reason and a name with such codes are refused before they reach any output', () => {
  for (const name of [
    'terminal codes',
    'C1 codes',
    'a right-to-left override',
    'NUL',
    'tags',
    'line breaks',
  ]) {
    const text = texts[name] ?? '';
    for (const payload of [{ reason: text }, { reason: 'x', requestedBy: text }]) {
      expect(readPayload({ action: 'restart', ...payload })).toMatchObject({
        error: { code: 'CONTROL_CHARACTER' },
      });
    }
  }
});
