/**
 * Every variable that the programs read, and which variable somebody meant who misspelt one.
 *
 * A misspelt name looks like one of ours in one of four ways: a typo, a word left out or added at the end, or a time in
 * another unit. Sharing a few words is not enough: `TELEGRAM_API_ID`, `UPSTASH_VECTOR_REST_URL` or `HEARTBEAT_URL` belong
 * to other programs. Variables of the platform are never judged.
 */
import { editDistance } from '../platform/nearest-name.ts';
import type { Environment } from './variable-reader.ts';

export const variableNames = [
  'ALERT_TOPIC_ARN',
  'AUTO_RESTART_MINUTES',
  'BOT_HANDLERS',
  'BOT_METRICS_PORT',
  'DRAIN_TIMEOUT_SECONDS',
  'ECS_CLUSTER',
  'ECS_HANDLERS_SERVICE',
  'ECS_SERVICE',
  'ENVIRONMENT',
  'HANDLERS',
  'HANDLER_SLOTS',
  'HEARTBEAT_INTERVAL_SECONDS',
  'HEARTBEAT_STALE_SECONDS',
  'LAB_PORT',
  'LOG_LEVEL',
  'LONG_POLL_TIMEOUT_SECONDS',
  'METRICS_BEARER_TOKEN',
  'METRICS_HOST',
  'METRICS_PORT',
  'NOTIFY_LOCALE',
  'OPS_BASE_URL',
  'OPS_FUNCTION_NAME',
  'OPS_LINK_SECRET',
  'POLLING_LOCK_BUSY',
  'POLLING_LOCK_RENEW_SECONDS',
  'POLLING_LOCK_TTL_SECONDS',
  'PRODUCTION_BOT_ID',
  'QUEUE_DEPTH_MAX',
  'QUEUE_VISIBILITY_SECONDS',
  'REDIS_KEY_PREFIX',
  'REMINDER_MINUTES',
  'RUNBOOK_URL',
  'SECRETS_ARN',
  'SUPERADMIN_TELEGRAM_IDS',
  'TELEGRAM_API_ROOT',
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_BOT_TOKEN_DEV',
  'TELEGRAM_BOT_TOKEN_OVERRIDE',
  'TELEGRAM_BOT_TOKEN_PROD',
  'UPDATES_IN_FLIGHT_MAX',
  'UPDATES_QUEUE_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'UPSTASH_REDIS_REST_URL',
  'WATCHDOG_PING_URL',
] as const;

/** Set by machines, shells and tools, and `_HANDLER` by Lambda. */
const foreign = /^(?:_|AWS_|CDK_|ECS_|LAMBDA_|NODE_|NPM_|XDG_|LC_|GITHUB_|VITE)|[a-z]/;
const unit = /^(?:MS|MILLISECONDS|S|SECS?|SECONDS?|M|MINS?|MINUTES?|H|HOURS?)$/;
/** Two wrong letters in a shorter name make another name. */
const longNameLength = 10;
/** A name of ours with at least so many words stays recognisable with one more at its end. */
const manyWords = 3;

/** One line for each variable that is set and looks like a misspelt one of ours. Shows no value. */
export function misspeltVariables(environment: Environment): readonly string[] {
  return Object.keys(environment).flatMap((name) => {
    if (isKnownVariable(name) || foreign.test(name) || (environment[name] ?? '').trim() === '') return [];
    const meant = variableNames
      .filter((known) => looksLike(name, known))
      .toSorted((a, b) => editDistance(name, a) - editDistance(name, b))[0];
    if (meant === undefined) return [];
    return [`${name}: expected a name that this program reads, got another; did you mean ${meant}?`];
  });
}

export function isKnownVariable(name: string): boolean {
  return variableNames.some((known) => known === name);
}

function looksLike(name: string, known: string): boolean {
  return (
    isTypo(name, known) || lacksWords(name, known) || hasWordMore(name, known) || hasOtherUnit(name, known)
  );
}

function isTypo(name: string, known: string): boolean {
  const distance = editDistance(name.replaceAll('_', ''), known.replaceAll('_', ''));
  return distance <= (known.length >= longNameLength ? 2 : 1);
}

/** `REDIS_PREFIX`: begins as ours does and has most of its words, in their order, or all of them in another form. */
function lacksWords(name: string, known: string): boolean {
  const [words, all] = [name.split('_'), known.split('_')];
  const lacking = all.length - words.length;
  if (words.length < 2 || lacking < 0 || lacking >= words.length) return false;
  const isWhole = words.length >= manyWords || isSameWord(words[0] ?? '', all[0] ?? '');
  return isWhole && isSubsequence(words, all);
}

/** `TELEGRAM_BOT_TOKEN_STAGING`. */
function hasWordMore(name: string, known: string): boolean {
  const words = name.split('_');
  return known.split('_').length >= manyWords && isTypo(words.slice(0, -1).join('_'), known);
}

/** `POLLING_LOCK_TTL_MS`. */
function hasOtherUnit(name: string, known: string): boolean {
  const [words, all] = [name.split('_'), known.split('_')];
  if (!unit.test(words.at(-1) ?? '') || !unit.test(all.at(-1) ?? '')) return false;
  return isTypo(words.slice(0, -1).join('_'), all.slice(0, -1).join('_'));
}

function isSubsequence(words: readonly string[], all: readonly string[]): boolean {
  let next = 0;
  for (const word of all) if (isSameWord(words[next] ?? '', word)) next += 1;
  return next === words.length;
}

/** Alike but for one letter or a plural, or one shortens the other. */
function isSameWord(a: string, b: string): boolean {
  if (a === b || `${a}S` === b || a === `${b}S`) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length > 2 && (long.startsWith(short) || (short.length > 3 && editDistance(a, b) <= 1));
}
