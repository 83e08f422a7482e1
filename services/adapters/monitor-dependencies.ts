/**
 * Composes the monitor's dependencies: the shared ones, its own store, the topic, the buttons and the watchdog.
 *
 * Tested by: test/adapters/dependencies.test.ts
 */
import type { MonitorPorts } from '../core/monitor/monitor-ports.ts';
import { alertLinks } from '../core/ops/links/alert-buttons.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { awsClientOptions } from './aws-client.ts';
import { composeDependencies, type Dependencies, type Seams } from './dependencies.ts';
import { redisOutageStore } from './redis/outage/outage-store.ts';
import { snsTopic } from './sns.ts';
import { type WatchdogPing, watchdogPing } from './watchdog-ping.ts';

export interface MonitorDependencies extends Dependencies {
  readonly ports: Dependencies['ports'] & MonitorPorts;
  /** Undefined: no watchdog is set. */
  readonly pingWatchdog: WatchdogPing | undefined;
}

/** @throws ConfigurationError with a line for each problem */
export function composeMonitorDependencies(
  name: string,
  environment: Environment,
  seams: Seams,
): MonitorDependencies {
  const dependencies = composeDependencies(name, environment, seams);
  const { settings, oneTapLinks, ports, connection } = dependencies;
  const { alertTopicArn, opsBaseUrl, watchdogPingUrl, notifyLocale: locale } = settings;
  const { logger } = ports;
  return {
    ...dependencies,
    pingWatchdog: watchdogPingUrl === undefined ? undefined : watchdogPing(watchdogPingUrl, logger),
    ports: {
      ...ports,
      outages: redisOutageStore(connection.store, connection.keys, connection.botId),
      topic:
        alertTopicArn === undefined
          ? undefined
          : snsTopic(alertTopicArn, awsClientOptions(environment, 'SNS')),
      links:
        oneTapLinks === undefined || opsBaseUrl === undefined
          ? undefined
          : alertLinks({ ...oneTapLinks, baseUrl: opsBaseUrl, locale, logger }),
    },
  };
}
