/** Checks that promtool's tests of the alerts would notice a broken alert, and that each alert has its runbook heading. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { botMetricNames } from '../../../services/bot/contract.ts';
import { sidecarMetricNames } from '../../../services/metrics-sidecar/contract.ts';
import { realTool } from '../../support/real-tools.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'infra/monitoring');
const alertsText = readFileSync(join(folder, 'alerts.yml'), 'utf8');

interface Alert {
  readonly name: string;
  readonly block: string;
}

/** Each alert's lines, up to the next alert: enough to check its parts without a YAML library. */
const alerts: readonly Alert[] = alertsText
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((block) => ({ name: block.split('\n', 1)[0] ?? '', block }));

const ruleTests = readdirSync(folder).filter((file) => file.endsWith('.test.yml'));

const words = (name: string): string[] => name.replace('StaffProBot', '').match(/[A-Z][a-z]*/g) ?? [];

describe('the alerts', () => {
  it('are these, in this order', () => {
    expect(alerts.map(({ name }) => name)).toEqual([
      'StaffProBotNoHeartbeat',
      'StaffProBotNoLeader',
      'StaffProBotTwoLeaders',
      'StaffProBotPollingConflicts',
      'StaffProBotPollsFailing',
      'StaffProBotHandlersFailing',
      'StaffProBotHandlerErrors',
      'StaffProBotUpdatesSlow',
      'StaffProBotHandlersOverdue',
      'StaffProBotJournalGrowing',
      'StaffProBotDeadLetters',
      'StaffProBotHandlersBehind',
      'StaffProBotHandlersAbsent',
      'StaffProBotUpdatesUndeliverable',
      'StaffProBotBotDown',
      'StaffProBotSidecarAbsent',
      'StaffProBotStoreErrors',
      'StaffProBotRestartLoop',
    ]);
  });

  it.each(alerts)(
    '$name has a severity, a summary, a description and a link to its runbook heading',
    ({ name, block }) => {
      expect(block).toMatch(/labels: \{ severity: (critical|warning) \}/);
      expect(/summary: '?(.+)/.exec(block)?.[1]?.length).toBeGreaterThan(20);
      expect(block).toMatch(/description: >-\n {12}\S/);
      const anchor = words(name).join('-').toLowerCase();
      expect(block).toContain(`runbook_url: docs/runbook.md#${anchor}\n`);
    },
  );

  it.each(alerts)('$name has its heading in the runbook', ({ name }) => {
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
    const [first = '', ...rest] = words(name);
    expect(runbook.split('\n')).toContainEqual(
      expect.stringMatching(
        new RegExp(`^#+ ${[first, ...rest.map((word) => word.toLowerCase())].join(' ')}$`),
      ),
    );
  });
});

const promtool = realTool('promtool');
describe.skipIf(promtool === undefined)('promtool', () => {
  const copies: string[] = [];
  afterAll(() => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  /** Promtool's output for the tests that expect this alert, and only those, with the given text of the alerts. */
  function verdictOn(name: string, text: string): string {
    const copy = mkdtempSync(join(tmpdir(), 'staffprobot-rules-'));
    copies.push(copy);
    cpSync(folder, copy, { recursive: true });
    writeFileSync(join(copy, 'alerts.yml'), text);
    const expecting = ruleTests
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .find((tests) => tests.includes(`"${name}"`));
    const [head = '', ...cases] = expecting?.split(/^(?= {2}- name: )/m) ?? [];
    const own = cases.filter((one) => one.includes(`"${name}"`));
    expect(own).not.toEqual([]);
    writeFileSync(join(copy, 'own.test.yml'), [head, ...own].join(''));
    const { stdout, stderr } = spawnSync(promtool ?? '', ['test', 'rules', join(copy, 'own.test.yml')], {
      encoding: 'utf8',
    });
    return stdout + stderr;
  }

  /** A failed expectation, not files that promtool cannot read. */
  const failure = /FAILED:\n[\s\S]* exp:[\s\S]* got:/;

  it('finds no fault in the rules', () => {
    const rules = ['alerts.yml', 'recording.yml', 'paused.yml'].map((file) => join(folder, file));
    execFileSync(promtool ?? '', ['check', 'rules', '--lint=all', '--lint-fatal', ...rules], {
      stdio: 'pipe',
    });
  });

  it.each(readdirSync(folder).filter((file) => /^prometheus\..*\.yml$/.test(file)))('accepts %s', (file) => {
    execFileSync(promtool ?? '', ['check', 'config', join(folder, file)], { stdio: 'pipe' });
  });

  it.each(ruleTests)('runs %s', (file) => {
    execFileSync(promtool ?? '', ['test', 'rules', join(folder, file)], { stdio: 'pipe' });
  });

  it.each(alerts)('would notice if $name never fired', ({ name, block }) => {
    const mute = block.replace(/expr: (?:\|\n(?: {10}.*\n)+|.*\n)/, 'expr: vector(0) > 1\n');
    expect(mute).not.toBe(block);
    expect(verdictOn(name, alertsText.replace(block, mute))).toMatch(failure);
  });

  it.each(alerts)('would notice if $name fired too early', ({ name, block }) => {
    const patient = /^ {8}for: \w+$/m.test(block);
    const early = patient
      ? block.replace(/^ {8}for: \w+\n/m, '')
      : block.replace(/(>=?) (\d+)( \* 60)?\n/, '$1 $2 - 1.5$3\n');
    expect(early).not.toBe(block);
    expect(verdictOn(name, alertsText.replace(block, early))).toMatch(failure);
  });
});

it('the files that Prometheus loads lie beside its configuration', () => {
  const loaded = readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/^ {2}- (\S+\.yml)$/gm)])
    .map(([, file]) => file ?? '');
  expect(loaded.length).toBeGreaterThan(0);
  expect(loaded.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
});

describe('docs/monitoring.md', () => {
  /** However its tables are padded. */
  const page = readFileSync(join(root, 'docs/monitoring.md'), 'utf8').replace(/ {2,}/g, ' ');

  it.each(alerts)('tells of $name, with its severity and its runbook heading', ({ name, block }) => {
    const severity = /severity: (\w+)/.exec(block)?.[1];
    const heading = words(name).join('-').toLowerCase();
    expect(page).toContain(`| [${name}](runbook.md#${heading}) | ${severity} |`);
  });

  it.each([...Object.values(botMetricNames), ...Object.values(sidecarMetricNames)])('tells of %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\| \`${name.replace('staffprobot_', '')}[\`{]`, 'm'));
  });
});
