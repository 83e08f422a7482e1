/** Keeps the runbook in step with the alarms, alerts, causes and warnings that link to it, and with the commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alarms, queueAlarms, runbookAnchor } from '../../infra/alarms.ts';
import { adviceFor } from '../../services/cli/advice.ts';
import { readCommandLine } from '../../services/cli/command-line.ts';
import { requestOf } from '../../services/cli/commands/actions.ts';
import { type WarningKind, warningKinds } from '../../services/core/alerts/warnings.ts';
import { opsActions, readPayload } from '../../services/core/ops/payload.ts';
import { type Cause, causes } from '../../services/core/outage/diagnosis.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Section {
  readonly heading: string;
  readonly anchor: string;
  readonly text: string;
}

/** GitHub's rule: lower case, no punctuation, hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

function sectionsOf(text: string): readonly Section[] {
  return text
    .split(/^#{2,3} /m)
    .slice(1)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return { heading, anchor: anchorOf(heading), text: lines.join('\n') };
    });
}

const languages = [
  {
    name: 'English',
    file: 'docs/runbook.md',
    parts: [
      '**It means:**',
      '**See it:**',
      '**Repair it:**',
      '- command:',
      '- [invoke]',
      '**It worked when:**',
    ],
    tap: '- tap:',
    noButtons: 'The notice has no buttons.',
  },
  {
    name: 'Russian',
    file: 'docs/runbook.ru.md',
    parts: [
      '**Что это:**',
      '**Как увидеть:**',
      '**Как починить:**',
      '- команда:',
      '- [invoke]',
      '**Помогло, если:**',
    ],
    tap: '- нажатие:',
    noButtons: 'В уведомлении кнопок нет.',
  },
] as const;

const alerts = [...read('infra/monitoring/alerts.yml').matchAll(/runbook_url: docs\/runbook\.md#(\S+)/g)].map(
  ([, anchor = '']) => anchor,
);
const alarmAnchors = Object.keys({ ...alarms, ...queueAlarms }).map((id) =>
  runbookAnchor(id as keyof typeof alarms),
);
/** Outages whose alert does not arrive in Telegram, or whose repair no button does. */
const causesWithoutTap: readonly Cause[] = [
  'token-rejected',
  'telegram-unreachable',
  'another-poller',
  'handlers-failing',
  'handlers-absent',
  'handlers-behind',
];
/** Only the alert of an outage has buttons, so only these may name one. */
const withButtons: readonly string[] = [
  ...causes.filter((cause) => !causesWithoutTap.includes(cause)),
  runbookAnchor('heartbeatOld'),
  runbookAnchor('outageOpen'),
  'no-heartbeat',
];
/** A notice as long as the bot works, and the cause of an outage when it does not. */
const noticesAndCauses: readonly WarningKind[] = ['lock-without-expiry'];
const button = /🔧|🙋|🗑|📊/u;
const wanted = [...new Set([...alarmAnchors, ...alerts, ...causes, ...warningKinds])];

it('finds alarms and alerts that link to the runbook', () => {
  expect(alarmAnchors.length).toBeGreaterThan(5);
  expect(alerts.length).toBeGreaterThan(5);
});

describe.each(languages)('the runbook in $name', ({ file, parts, tap, noButtons }) => {
  const text = read(file);
  const sections = sectionsOf(text);
  const find = (anchor: string) => sections.find((section) => section.anchor === anchor);

  it.each(wanted)('explains %s: what it means, how to see it, repair it and check the repair', (anchor) => {
    const section = find(anchor);
    const at = parts.map((part) => section?.text.indexOf(part) ?? -1);
    expect(at.every((position) => position >= 0)).toBe(true);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(section?.text).toMatch(/`npx staffprobot [a-z-]+/);
  });

  it.each(wanted)('names a button under %s only if that message has it', (anchor) => {
    const section = find(anchor)?.text ?? '';
    expect(button.test(section)).toBe(withButtons.includes(anchor));
    expect(section.includes(tap)).toBe(withButtons.includes(anchor));
    if (warningKinds.some((kind) => kind === anchor && withButtons.includes(kind))) {
      expect(noticesAndCauses).toContain(anchor);
      expect(section.replace(/\s+/g, ' ')).toContain(noButtons);
    }
  });

  it('shows how to invoke the function once', () => {
    expect(text.match(/aws lambda invoke --function-name "\$OPS"/g)).toHaveLength(1);
    expect(find('how-to-run-an-action')?.text).toContain('aws lambda invoke --function-name "$OPS"');
  });

  it('has no heading for anything unknown', () => {
    const known = [...wanted, 'how-to-run-an-action', 'what-the-actions-do'];
    const groups = ['causes', 'alarms-of-the-stack', 'alerts-of-prometheus', 'notices'];
    expect(
      sections.map(({ anchor }) => anchor).filter((anchor) => ![...known, ...groups].includes(anchor)),
    ).toEqual([]);
  });

  it('has no anchor twice', () => {
    const anchors = sections.map(({ anchor }) => anchor);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  it('links only to headings that exist', () => {
    const targets = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => find(target) === undefined)).toEqual([]);
  });

  it.each(causes)('gives the doctor’s command for %s', (cause) => {
    expect(find(cause)?.text.replace(/\s+/g, ' ')).toContain(adviceFor[cause].command);
  });

  it('shows only commands that exist', () => {
    const typed = [...text.matchAll(/`npx staffprobot ([^`]+)`|^npx staffprobot (.+)$/gm)];
    expect(typed.length).toBeGreaterThan(30);
    for (const [, inline, block] of typed) {
      const words = (inline ?? block ?? '').replace(/"[^"]*"/g, 'text').split(/\s+/);
      const line = readCommandLine(words);
      if (line.kind === 'run' && opsActions.some((action) => action === line.invocation.command)) {
        expect(requestOf({ requester: 'test' }, line.invocation).action).toBe(line.invocation.command);
      }
    }
  });

  it('shows only payloads that the function accepts', () => {
    const inline = text.matchAll(/^- \[invoke\]\(#how-to-run-an-action\): `([^`]+)`$/gm);
    const payloads = [...text.matchAll(/--payload '([^']+)'/g), ...inline].map(([, payload = '']) => payload);
    expect(payloads).toHaveLength(wanted.length + 1);
    for (const payload of payloads) expect(readPayload(JSON.parse(payload))).toMatchObject({ ok: true });
  });

  it('lists every action', () => {
    for (const action of opsActions) expect(find('what-the-actions-do')?.text).toContain(`\`${action}\``);
  });
});

it('has the same headings and commands, in the same order, in both languages', () => {
  const [english = [], russian = []] = languages.map(({ file }) => sectionsOf(read(file)));
  expect(russian.map(({ heading }) => heading)).toEqual(english.map(({ heading }) => heading));
  const commandsOf = ({ text }: Section) =>
    [...text.matchAll(/`(npx staffprobot [^`]+)`/g)].map(([, command = '']) => command.replace(/\s+/g, ' '));
  for (const [index, section] of english.entries()) {
    expect([section.heading, ...commandsOf(russian[index] ?? section)]).toEqual([
      section.heading,
      ...commandsOf(section),
    ]);
  }
});
