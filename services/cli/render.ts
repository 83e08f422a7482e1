/**
 * Answers as a person reads them: a sentence, then facts in two columns.
 *
 * A function that was deployed earlier leaves out what it does not know yet, such as a problem.
 */
import { durationText } from '../core/alerts/duration-text.ts';
import { describeHolder } from '../core/lease/lock-value.ts';
import type { OpsAnswer, RecoverStep, ReleaseLockResult, StatusAnswer } from '../core/ops/results.ts';

type Fact = readonly [name: string, value: string | undefined];

export function facts(pairs: readonly Fact[]): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join('');
}

export function duration(seconds: number): string {
  return durationText(seconds * 1000, 'en');
}

export function statusText(status: StatusAnswer): string {
  const { lock, heartbeatAgeSeconds: age, ecs, outage, telegram } = status;
  const silence = age === null ? 'there is no heartbeat' : `silent for ${duration(age)}`;
  const headline = status.up ? 'The bot works.' : `The bot is DOWN: ${silence}.`;
  const holder = lock === null ? 'nobody' : describeHolder(lock.value);
  return `${headline}\n${facts([
    ['mismatch', status.environmentProblem ?? undefined],
    ['polls', lock?.since == null ? holder : `${holder}, since ${lock.since}`],
    ['lock', lock === null ? 'free' : lockText(lock)],
    ['term', status.epoch === null ? undefined : String(status.epoch)],
    ['heartbeat', age === null ? 'not written' : `${duration(age)} ago`],
    ['telegram', status.telegramProblem ? `unknown: ${status.telegramProblem}` : telegram],
    [
      'queue',
      telegram === 'reachable'
        ? `${status.pendingUpdates ?? '?'} waiting`
        : `unknown: Telegram is ${telegram}`,
    ],
    ['webhook', status.webhookSet === true ? 'SET: polling is impossible' : undefined],
    ['ECS', ecsText(status)],
    ['last stop', ecs?.lastStopReason ?? undefined],
    ['outage', outage === null ? 'none open' : `open since ${outage.since}`],
    ...status.diagnosis.filter(isNews).map(asFact),
  ])}`;
}

/** What could not be found out from here, and why. */
export function unknownsText({ telegramProblem, ecsProblem }: StatusAnswer): string {
  return facts([
    ['telegram', telegramProblem ? `unknown: ${telegramProblem}` : undefined],
    ['ECS', ecsProblem ? `unknown: ${ecsProblem}` : undefined],
  ]);
}

function ecsText({ ecs, ecsProblem }: StatusAnswer): string | undefined {
  if (ecsProblem) return `unknown: ${ecsProblem}`;
  if (ecs === null) return undefined;
  return `${ecs.running} of ${ecs.desired} running${ecs.deploying ? ', a deployment is under way' : ''}`;
}

/** The rest of the diagnosis stands above it already. */
function isNews(line: string): boolean {
  return /^(Cause|Error|Next step): /.test(line);
}

function asFact(line: string): Fact {
  const end = line.indexOf(': ');
  return [line.slice(0, end).toLowerCase(), line.slice(end + 2)];
}

/** `1 waiting update`, `2 waiting updates`. */
export function waitingUpdates(count: number): string {
  return `${count} waiting update${count === 1 ? '' : 's'}`;
}

function lockText({ ttlSeconds, revoked }: NonNullable<StatusAnswer['lock']>): string {
  const life = ttlSeconds === null ? 'WITHOUT EXPIRY' : `renewed within ${duration(ttlSeconds)} or gone`;
  return revoked ? `${life}; revoked: its holder is asked to let go` : life;
}

export function answerText(answer: OpsAnswer): string {
  if (!answer.ok)
    return `${stepsText(answer.steps ?? [])}FAILED: ${answer.error.message} (${answer.error.code})\n`;
  switch (answer.action) {
    case 'status':
      return statusText(answer);
    case 'release-lock':
    case 'task-stopped':
      return releaseText(answer);
    case 'drop-updates':
      return `Deleted ${waitingUpdates(answer.droppedUpdates)}${answer.webhookRemoved ? ', and the webhook' : ''}.\n`;
    case 'restart':
      return `The worker is being restarted: deployment ${answer.deploymentId}. Look again with: npx staffprobot status\n`;
    case 'recover':
      return `${stepsText(answer.steps)}The bot works again.\n`;
  }
}

const modeTexts: Readonly<Record<ReleaseLockResult['mode'], string>> = {
  released: 'The lock is free: its holder let go, or its life ended.',
  revoked: 'NOT YET: the lock is marked, but still there. Ask again, or use --force if its holder is dead.',
  broken: 'The lock was deleted.',
  absent: 'There was nothing to release: nobody held the lock, or it went by itself just then.',
};

function releaseText({ mode, previousValue, heartbeatAgeSeconds: age }: ReleaseLockResult): string {
  return `${modeTexts[mode]}\n${facts([
    ['was held by', previousValue === null ? undefined : describeHolder(previousValue)],
    ['heartbeat', age === null ? 'not written' : `${duration(age)} old`],
  ])}`;
}

function stepsText(steps: readonly RecoverStep[]): string {
  return facts(
    steps.map(({ step, outcome, why }) => [step, why === undefined ? outcome : `${outcome}: ${why}`]),
  );
}
