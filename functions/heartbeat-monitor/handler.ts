/**
 * The heartbeat monitor's Lambda entry: one run per invocation, whatever the event.
 *
 * Fails if the store cannot be read; a bot that is down is no failure. Only a full pass writes the success metric, and
 * then pings the watchdog outside of the account.
 */

import type { Dependencies, Seams } from '../../services/adapters/dependencies.ts';
import { composeMonitorDependencies } from '../../services/adapters/monitor-dependencies.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { pingTimeoutMs } from '../../services/adapters/watchdog-ping.ts';
import { type MonitorReport, runMonitor } from '../../services/core/monitor/monitor.ts';
import type { MonitorSettings } from '../../services/core/monitor/monitor-ports.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';
import { dependencyCache } from '../shared/dependency-cache.ts';
import { type LambdaContext, remainingTime } from '../shared/lambda-time.ts';
import { metricLine } from '../shared/metric-line.ts';
import { functionName, metrics, runLimitSeconds } from './contract.ts';

export type MonitorHandler = (event: unknown, context?: Partial<LambdaContext>) => Promise<MonitorReport>;

/** Builds the handler from an environment and seams; tests and the lab pass their own. */
export function composeMonitor(environment: Environment, seams: Seams): MonitorHandler {
  const dependencies = dependencyCache(composeMonitorDependencies, functionName, environment, seams);
  // The deployed name, which is unique in the account.
  const deployedName = environment['AWS_LAMBDA_FUNCTION_NAME'] ?? functionName;
  const write = seams.write ?? ((line: string) => process.stdout.write(line));
  return async (_event, context) => {
    const remainingMs = remainingTime(seams.clock, runLimitSeconds * 1000, context);
    const { settings, ports, pingWatchdog } = await dependencies();
    const report = await runMonitor(ports, monitorSettings(settings, environment), remainingMs);
    write(`${metricLine(deployedName, metricsOf(report), seams.clock.wallMs())}\n`);
    if (remainingMs() > pingTimeoutMs) await pingWatchdog?.();
    return report;
  };
}

function monitorSettings(settings: Dependencies['settings'], environment: Environment): MonitorSettings {
  const { runbookUrl, opsFunctionName: name } = settings;
  const region = environment['AWS_REGION'];
  return {
    ...settings.outage,
    superadminIds: settings.superadminIds,
    locale: settings.notifyLocale,
    repair: { runbookUrl, opsFunction: name === undefined ? undefined : { name, region } },
  };
}

function metricsOf(report: MonitorReport): Readonly<Record<string, number>> {
  return {
    [metrics.pass]: 1,
    [metrics.outageOpen]: report.outageId === null ? 0 : 1,
    [metrics.oldestUndelivered]: report.oldestUndeliveredSeconds,
    [metrics.unreachableRecipients]: report.unreachable.length,
    // Without a heartbeat there is no age, and leaving it out keeps the graph honest.
    ...(report.heartbeatAgeSeconds === null ? {} : { [metrics.heartbeatAge]: report.heartbeatAgeSeconds }),
  };
}

let composed: MonitorHandler | undefined;

/** Lambda's entry. The first invocation builds the handler; later ones reuse it. */
export async function handler(event: unknown, context?: Partial<LambdaContext>): Promise<MonitorReport> {
  composed ??= composeMonitor(process.env, { clock: systemClock, random: systemRandom });
  return composed(event, context);
}
