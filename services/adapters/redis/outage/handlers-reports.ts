/**
 * The report that handlers fail, in Redis: a field of the outage's hash, so that whoever observes the bot reads it in the
 * same script.
 */
import type { StoreKeys } from '../../../core/platform/store-keys.ts';
import type { HandlersReport, HandlersReportStore } from '../../../core/updates/handlers-report.ts';
import { luaScript, type ScriptRunner } from '../lua-scripts.ts';

const script = luaScript('outage/report-handlers-1');

export function redisHandlersReports(runner: ScriptRunner, { outage }: StoreKeys): HandlersReportStore {
  return {
    async write({ epoch, failingMs, ...rest }) {
      const ms = String(Math.max(0, Math.round(failingMs)));
      await runner.run(script, [outage], [String(epoch), ms, JSON.stringify(rest)]);
    },
    async clear(epoch) {
      await runner.run(script, [outage], [String(epoch), '', '']);
    },
  };
}

/** Undefined for a field that is missing or that no version of this program wrote. */
export function readHandlersReport(field: string | undefined): HandlersReport | undefined {
  const [, epoch, sinceMs, atMs, json] =
    /^(\d{1,15})\|(\d{1,15})\|(\d{1,15})\|(.*)$/s.exec(field ?? '') ?? [];
  const rest = json === undefined ? undefined : readRest(json);
  if (rest === undefined) return undefined;
  return { epoch: Number(epoch), sinceMs: Number(sinceMs), atMs: Number(atMs), ...rest };
}

function readRest(json: string): Pick<HandlersReport, 'failed' | 'handled' | 'lastError'> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { failed, handled, lastError }: Readonly<Record<string, unknown>> = { ...value };
  if (typeof failed !== 'number' || typeof handled !== 'number' || typeof lastError !== 'string')
    return undefined;
  return { failed, handled, lastError };
}
