/** The doctor's checks: what each asked, and what came. `✓` is a good answer, `–` a bad one or none. */
import { pollErrorOf, readHeartbeat } from '../core/lease/heartbeat.ts';
import { describeHolder, isQuarantine } from '../core/lease/lock-value.ts';
import { snoozeText } from '../core/ops/health-line.ts';
import type { Reachability, RecipientCheck } from '../core/ops/recipients-check.ts';
import type { StatusAnswer } from '../core/ops/results.ts';
import { oneLine } from '../core/platform/foreign-text.ts';
import type { Check } from './check.ts';
import { queueChecks } from './queue-checks.ts';
import { agoText, duration, namesNoProcess } from './render.ts';

/** Longer foreign text would push the next check off the screen. */
const errorTextMax = 160;

/** The superadmins, or why they were not tried. */
export type Recipients = readonly RecipientCheck[] | { readonly notAsked: string };

export function checksOf(status: StatusAnswer, recipients: Recipients, nowMs: number): readonly Check[] {
  return [
    { name: 'store', ok: true, asked: 'lock, heartbeat and outage in one script', came: 'answered' },
    environmentCheck(status),
    lockCheck(status),
    heartbeatCheck(status, nowMs),
    handlersCheck(status, nowMs),
    telegramCheck(status),
    webhookCheck(status),
    tasksCheck(status),
    ...queueChecks(status),
    outageCheck(status, nowMs),
    snoozeCheck(status),
    ...recipientChecks(status, recipients),
  ];
}

/** An alert does not reach this superadmin; without an answer, nobody knows. */
export function isUnreachable({ result }: RecipientCheck): boolean {
  return result !== 'reachable' && result !== 'unknown';
}

export function checksText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, ok, asked, came }) => `  ${ok ? '✓' : '–'} ${name.padEnd(width)}  ${asked}: ${came}\n`)
    .join('');
}

function environmentCheck({ environment, environmentProblem }: StatusAnswer): Check {
  const asked = 'whether lock and heartbeat are of this ENVIRONMENT';
  const came =
    environmentProblem ?? (environment === null ? 'unknown: none is set here' : `yes, ${environment}`);
  return { name: 'environment', ok: !environmentProblem && environment !== null, asked, came };
}

function lockCheck({ lock }: StatusAnswer): Check {
  const check = { name: 'lock', asked: 'who holds bot_polling_lock' };
  if (lock === null) return { ...check, ok: false, came: 'nobody' };
  const expiry =
    lock.ttlSeconds === null ? 'WITHOUT EXPIRY' : `expires in ${duration(lock.ttlSeconds)} unless renewed`;
  const isHeld = !isQuarantine(lock.value) && lock.ttlSeconds !== null && !lock.revoked;
  const revoked = lock.revoked ? ', revoked' : '';
  const holder = namesNoProcess(lock.value)
    ? `an unknown program, with ${lock.value}`
    : describeHolder(lock.value);
  return { ...check, ok: isHeld, came: `${holder}; ${expiry}${revoked}` };
}

function heartbeatCheck(
  { heartbeatAgeSeconds: age, heartbeat, state, up }: StatusAnswer,
  nowMs: number,
): Check {
  const check = { name: 'heartbeat', asked: 'the age of bot_polling_heartbeat' };
  if (age === null) {
    return { ...check, ok: false, came: heartbeat === null ? 'there is none' : 'it cannot be read' };
  }
  const isFresh = up && state !== 'not-polling';
  const error = pollErrorOf(readHeartbeat(heartbeat));
  const failing = error === null ? '' : `; polls have failed since: ${oneLine(error, errorTextMax)}`;
  return { ...check, ok: isFresh && error === null, came: `${agoText(nowMs - age * 1000, nowMs)}${failing}` };
}

function handlersCheck({ handlers, since }: StatusAnswer, nowMs: number): Check {
  const check = { name: 'handlers', asked: 'whether the leader reports that most updates fail' };
  if (handlers === null) return { ...check, ok: true, came: 'no' };
  const { failed, handled, lastError } = handlers;
  const began = since === null ? '' : `, since ${agoText(Date.parse(since), nowMs)}`;
  return { ...check, ok: false, came: `${failed} of ${handled} within 10 minutes${began}: ${lastError}` };
}

function telegramCheck({ telegram, telegramProblem, pendingUpdates }: StatusAnswer): Check {
  const check = { name: 'telegram', asked: 'getWebhookInfo with this bot’s token' };
  if (telegramProblem) return { ...check, ok: false, came: `unknown: ${telegramProblem}` };
  const isReachable = telegram === 'reachable';
  return { ...check, ok: isReachable, came: isReachable ? `${pendingUpdates ?? 0} waiting` : telegram };
}

function webhookCheck({ webhookSet }: StatusAnswer): Check {
  const came = webhookSet === null ? 'unknown' : webhookSet ? 'SET: polling is impossible' : 'none';
  return { name: 'webhook', ok: webhookSet === false, asked: 'whether a webhook is set', came };
}

function tasksCheck({ ecs, ecsProblem }: StatusAnswer): Check {
  const check = { name: 'tasks', asked: 'DescribeServices of ECS' };
  if (ecsProblem) return { ...check, ok: false, came: `unknown: ${ecsProblem}` };
  if (ecs === null) return { ...check, ok: false, came: 'unknown: ECS_CLUSTER and ECS_SERVICE are not set' };
  const stopped =
    ecs.running < ecs.desired && ecs.lastStopReason ? `; the last one stopped: ${ecs.lastStopReason}` : '';
  const isWhole = ecs.desired > 0 && ecs.running >= ecs.desired;
  return { ...check, ok: isWhole, came: `${ecs.running} of ${ecs.desired} running${stopped}` };
}

function outageCheck({ outage }: StatusAnswer, nowMs: number): Check {
  const came = outage === null ? 'no' : `yes; it began ${agoText(Date.parse(outage.since), nowMs)}`;
  return { name: 'outage', ok: outage === null, asked: 'whether the monitor has an open outage', came };
}

function snoozeCheck(status: StatusAnswer): Check {
  const came = snoozeText(status, 'en');
  return { name: 'alerts', ok: came === undefined, asked: 'whether they go out', came: came ?? 'yes' };
}

/** Without a try from here, the monitor still knows whom its last message did not reach. */
function recipientChecks({ unreachable }: StatusAnswer, recipients: Recipients): readonly Check[] {
  if (!('notAsked' in recipients)) return recipients.map(recipientCheck);
  const asked = 'the monitor’s last message in Telegram';
  return [
    unaskedCheck(recipients.notAsked),
    ...unreachable.map((id) => ({ name: `superadmin ${id}`, ok: false, asked, came: 'NOT DELIVERED' })),
  ];
}

const answers: Readonly<Record<Reachability, string>> = {
  reachable: 'reachable',
  blocked: 'CANNOT BE REACHED: has blocked the bot',
  'never-started-or-wrong-id': 'CANNOT BE REACHED: never pressed Start, or the id is wrong',
  'deleted-account': 'CANNOT BE REACHED: the account is deleted',
  'is-a-bot': 'CANNOT BE REACHED: this is the id of a bot',
  unknown: 'unknown',
};

function recipientCheck({ telegramId, result, said }: RecipientCheck): Check {
  const came = said === null ? answers[result] : `${answers[result]} (${said})`;
  return { name: `superadmin ${telegramId}`, ok: result === 'reachable', asked: 'sendChatAction', came };
}

function unaskedCheck(why: string): Check {
  return { name: 'superadmins', ok: false, asked: 'sendChatAction to each', came: `unknown: ${why}` };
}
