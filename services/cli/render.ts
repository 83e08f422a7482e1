/**
 * Answers for a person: one sentence, then facts in two columns.
 *
 * Ages are reckoned by the store's clock, times of day by this machine's. A function that was deployed earlier leaves
 * out what it does not know yet, such as `telegramProblem`.
 */
import { durationText } from '../core/alerts/duration-text.ts';
import { describeHolder, isQuarantine, readLockHolder } from '../core/lease/lock-value.ts';
import { healthLine, snoozeText, toldText } from '../core/ops/health-line.ts';
import type {
  ConsumerResult,
  DropUpdatesResult,
  OpsAnswer,
  RecoverStep,
  ReleaseLockResult,
  RestartResult,
  StatusAnswer,
  UpdatesQueueResult,
} from '../core/ops/results.ts';
import { oneLine } from '../core/platform/foreign-text.ts';

type Fact = readonly [name: string, value: string | undefined];

const factMax = 1000;

/** A fact is one line: no foreign text makes another one. */
export function facts(pairs: readonly Fact[]): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${name.padEnd(width)}  ${oneLine(value, factMax)}\n`).join('');
}

export function duration(seconds: number): string {
  return durationText(seconds * 1000, 'en');
}

/** `2026-03-01 03:10:22 UTC`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `46 s ago (01:18 UTC)`, with the date when that was not today. */
export function agoText(ms: number, nowMs: number): string {
  const [day, minute] = [timeText(ms).slice(0, 10), timeText(ms).slice(0, 16)];
  const moment = timeText(nowMs).startsWith(day) ? minute.slice(11) : minute;
  return `${durationText(nowMs - ms, 'en')} ago (${moment} UTC)`;
}

export function statusText(status: StatusAnswer, nowMs: number): string {
  const { lock, heartbeatAgeSeconds: age, ecs, outage, telegram } = status;
  return `${healthLine(status, 'en')}.\n${facts([
    ['mismatch', status.environmentProblem ?? undefined],
    ['polls', pollerText(lock, nowMs)],
    ['lock', lock === null ? 'free' : lockText(lock)],
    ['lock value', lock !== null && namesNoProcess(lock.value) ? lock.value : undefined],
    ['term', status.epoch === null ? undefined : String(status.epoch)],
    ['heartbeat', age === null ? 'not written' : agoText(nowMs - age * 1000, nowMs)],
    ['telegram', status.telegramProblem ? `unknown: ${status.telegramProblem}` : telegram],
    [
      'queue',
      telegram === 'reachable'
        ? `${status.pendingUpdates ?? '?'} waiting`
        : `unknown: Telegram is ${telegram}`,
    ],
    ...queueFacts(status),
    ['webhook', status.webhookSet === true ? 'SET: polling is impossible' : undefined],
    tasksFact(status),
    ['last stop', ecs?.lastStopReason ?? undefined],
    ['outage', outage === null ? 'none open' : `open; it began ${agoText(Date.parse(outage.since), nowMs)}`],
    ['handlers', handlersText(status, nowMs)],
    ['told', toldText(status, nowMs, 'en')],
    ['alerts', snoozeText(status, 'en')],
    ...status.diagnosis.filter(isDetail).map(asFact),
  ])}`;
}

/** Nothing where handlers run inline. */
function queueFacts({ updatesQueue }: StatusAnswer): readonly Fact[] {
  if (updatesQueue === undefined) return [];
  const { tasks, consumers } = updatesQueue;
  return [
    ['updates queue', queueText(updatesQueue)],
    ['consumers', consumers.length === 0 ? 'none' : consumers.map(consumerText).join('; ')],
    ['their tasks', tasks === null ? undefined : `${tasks.running} of ${tasks.desired} running`],
  ];
}

export function queueText({ queue, problem }: UpdatesQueueResult): string {
  if (queue === null) return `unknown: ${problem ?? 'no answer'}`;
  const { visible, inFlight, deadLetters } = queue;
  const dead =
    deadLetters === null ? 'no dead-letter queue' : `${deadLetters.messages} in its dead-letter queue`;
  return `${visible} waiting, ${inFlight} in flight, ${dead}`;
}

export function consumerText({ consumer, ageSeconds, isLate, lagSeconds, running }: ConsumerResult): string {
  const age = `${isLate ? 'SILENT for' : 'seen'} ${duration(ageSeconds)}${isLate ? '' : ' ago'}`;
  return `${consumer}, ${age}, lag ${duration(lagSeconds)}, ${running} running`;
}

function pollerText(lock: StatusAnswer['lock'], nowMs: number): string {
  if (lock === null) return 'nobody';
  const holder = describeHolder(lock.value);
  if (isQuarantine(lock.value)) return `nobody: the lock is held by ${holder}`;
  if (lock.since === null) return holder;
  const sinceMs = Date.parse(lock.since);
  return `${holder}, took the lock ${Number.isNaN(sinceMs) ? lock.since : agoText(sinceMs, nowMs)}`;
}

/** A value that names no process is shown as it is: whoever wrote it may know it again. */
export function namesNoProcess(lockValue: string): boolean {
  const { host, pid } = readLockHolder(lockValue);
  return host === undefined && pid === undefined;
}

function handlersText({ state, since, handlers }: StatusAnswer, nowMs: number): string | undefined {
  if (handlers === null || handlers === undefined) return undefined;
  const { failed, handled, lastError, at } = handlers;
  const began =
    state === 'handlers-failing' && since !== null ? `, since ${agoText(Date.parse(since), nowMs)}` : '';
  const last = agoText(Date.parse(at), nowMs);
  return `${failed} of ${handled} updates failed within 10 minutes${began}; last seen ${last}: ${lastError}`;
}

function tasksFact({ ecs, ecsProblem }: StatusAnswer): Fact {
  if (ecsProblem) return ['ECS', `unknown: ${ecsProblem}`];
  if (ecs === null) return ['tasks', undefined];
  const deployment = ecs.deploying ? ', a deployment is in progress' : '';
  return ['tasks', `${ecs.running} of ${ecs.desired} running${deployment}`];
}

/** The rest of the diagnosis repeats facts that stand above it. */
function isDetail(line: string): boolean {
  return /^(Cause|Error|Do this|Next step): /.test(line);
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
  const life = ttlSeconds === null ? 'WITHOUT EXPIRY' : `expires in ${duration(ttlSeconds)} unless renewed`;
  return revoked ? `${life}; revoked: its holder was asked to release it` : life;
}

export function answerText(answer: OpsAnswer, nowMs: number): string {
  if (!answer.ok)
    return `${stepsText(answer.steps ?? [])}FAILED: ${answer.error.message} (${answer.error.code})\n`;
  switch (answer.action) {
    case 'status':
      return statusText(answer, nowMs);
    case 'release-lock':
    case 'task-stopped':
      return releaseText(answer, nowMs);
    case 'drop-updates':
      return droppedText(answer);
    case 'restart':
      return restartText(answer);
    case 'snooze':
      return answer.snoozedUntil === null
        ? 'The alerts are not snoozed.\n'
        : `The alerts are snoozed until ${timeText(Date.parse(answer.snoozedUntil))}. End it with: npx staffprobot snooze 0\n`;
    case 'acknowledge':
      return `On it: ${answer.by}.\n`;
    case 'recover':
      return `${stepsText(answer.steps)}The bot works again.\n`;
  }
}

function droppedText({ droppedUpdates, webhookRemoved, purgedMessages }: DropUpdatesResult): string {
  const webhook = webhookRemoved ? ', and the webhook' : '';
  const dropped = `Deleted ${waitingUpdates(droppedUpdates)}${webhook}.\n`;
  if (purgedMessages === undefined) return dropped;
  return `${dropped}Purged the updates queue of about ${waitingUpdates(purgedMessages)}; SQS may take a minute for it.\n`;
}

function restartText({ deploymentId, handlersDeploymentId: handlers }: RestartResult): string {
  const restarts =
    handlers === undefined
      ? `The worker is restarting (deployment ${deploymentId}).`
      : `The worker and the handlers are restarting (deployments ${deploymentId} and ${handlers}).`;
  return `${restarts} Check it with: npx staffprobot status\n`;
}

const modeTexts: Readonly<Record<ReleaseLockResult['mode'], string>> = {
  released: 'The lock is free: its holder released it, or it expired.',
  revoked: 'NOT YET: the lock is revoked, but still held. Try again, or use --force if its holder is dead.',
  broken: 'The lock was deleted.',
  absent: 'There was nothing to release: the lock was free, or became free just then.',
};

function releaseText(
  { mode, previousValue, heartbeatAgeSeconds: age }: ReleaseLockResult,
  nowMs: number,
): string {
  return `${modeTexts[mode]}\n${facts([
    ['was held by', previousValue === null ? undefined : describeHolder(previousValue)],
    ['heartbeat', age === null ? 'not written' : agoText(nowMs - age * 1000, nowMs)],
  ])}`;
}

function stepsText(steps: readonly RecoverStep[]): string {
  return facts(
    steps.map(({ step, outcome, why }) => [step, why === undefined ? outcome : `${outcome}: ${why}`]),
  );
}
