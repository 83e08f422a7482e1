/**
 * The stack: its constructs and how they are wired. Everything else is in the constructs.
 *
 * Tested by: test/infra/synth.test.ts
 */
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { environmentVariables as monitorVariables } from '../functions/heartbeat-monitor/contract.ts';
import { environmentVariables as opsVariables } from '../functions/release-lock/contract.ts';
import { environmentVariables as checkVariables } from '../functions/secrets-check/contract.ts';
import type { Configuration } from './configuration.ts';
import { AlertTopic } from './constructs/alert-topic.ts';
import { FailedEvents } from './constructs/failed-events.ts';
import { HandlersService } from './constructs/handlers-service.ts';
import { HeartbeatMonitor } from './constructs/heartbeat-monitor.ts';
import { Network } from './constructs/network.ts';
import { Observability } from './constructs/observability.ts';
import { OpsFunction } from './constructs/ops-function.ts';
import { addOutputs } from './constructs/outputs.ts';
import { PollingWorker } from './constructs/polling-worker.ts';
import { botEntries, Secrets, sidecarEntries } from './constructs/secrets.ts';
import { SecretsCheck } from './constructs/secrets-check.ts';
import { ports } from './constructs/task-parts.ts';
import { UpdatesQueue } from './constructs/updates-queue.ts';
import { refuseUnknownRegions } from './secrets-extension.ts';

export interface StaffProBotStackProps extends StackProps {
  readonly configuration: Configuration;
}

export class StaffProBotStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, ...props }: StaffProBotStackProps) {
    super(scope, id, {
      stackName: configuration.stackName,
      description: 'A Telegram bot whose long polling is single, alive, observed and repairable',
      terminationProtection: configuration.isProtected,
      ...props,
    });
    const { environment: environmentName, logRetentionDays, links, metricsToken, paused } = configuration;
    const { boundConcurrency, secretsExtensionArn } = configuration;
    const settings = { ENVIRONMENT: environmentName, ...configuration.settings };

    if (secretsExtensionArn === undefined) refuseUnknownRegions(this);
    const secrets = new Secrets(this, 'Secrets', { environmentName, metricsToken, links });
    const { copies } = secrets;
    const alertTopic = new AlertTopic(this, 'Notifications', { email: configuration.alertEmail });
    const failedEvents = new FailedEvents(this, 'FailedEvents');
    const network = new Network(this, 'Network', {
      configuration: configuration.network,
      telegramApiRoot: configuration.settings.TELEGRAM_API_ROOT,
      metricsPort: ports.metrics,
    });
    const { handlers: handlersConfiguration } = configuration;
    const updates = handlersConfiguration === undefined ? undefined : new UpdatesQueue(this, 'Updates');
    const environment = { ...settings, ...queueVariables(updates) };
    const taskProps = {
      ...configuration,
      network,
      secret: copies.worker.secret,
      environmentName,
      environment,
    };
    const worker = new PollingWorker(this, 'PollingWorker', { ...taskProps, updates });
    const handlers =
      handlersConfiguration === undefined || updates === undefined
        ? undefined
        : new HandlersService(this, 'Handlers', {
            ...taskProps,
            configuration: handlersConfiguration,
            worker,
            updates,
          });
    const queueMode = updates === undefined || handlers === undefined ? undefined : { updates, handlers };
    const functionProps = {
      secretsExtensionArn,
      worker,
      boundConcurrency,
      logRetentionDays,
      failedEvents: failedEvents.queue,
    };
    const ops = new OpsFunction(this, 'Ops', {
      ...functionProps,
      secret: copies.ops.secret,
      environment: only(opsVariables, environment),
      queueMode,
      links,
    });
    const monitor = new HeartbeatMonitor(this, 'Monitor', {
      ...functionProps,
      secret: copies.monitor.secret,
      environment: only(monitorVariables, environment),
      updates,
      alertTopic,
      opsUrl: ops.url,
      opsFunctionName: ops.function.functionName,
      runbookUrl: configuration.runbookUrl,
      autoRestart: Number(configuration.settings.AUTO_RESTART_MINUTES ?? 0) > 0,
      paused,
    });
    const check = new SecretsCheck(this, 'SecretsCheck', {
      secrets,
      secretsExtensionArn,
      required: [...botEntries(environmentName), ...sidecarEntries(metricsToken)],
      environment: only(checkVariables, environment),
      paused,
      logRetentionDays,
    });
    const readers = [worker.service, monitor.function, ops.function];
    for (const reader of handlers === undefined ? readers : [...readers, handlers.service]) {
      reader.node.addDependency(check.copied);
    }
    const observability = new Observability(this, 'Observability', {
      ...configuration,
      worker,
      monitor,
      ops,
      failedEvents,
      queueMode,
      alertTopic,
      check: paused ? undefined : check,
    });
    addOutputs(this, {
      environment,
      secrets,
      secretsCheck: check,
      alertTopic,
      worker,
      handlers,
      updates,
      monitor,
      ops,
      observability,
    });
  }
}

/** What switches a program to queue mode. */
function queueVariables(updates: UpdatesQueue | undefined): Record<string, string> {
  return updates === undefined ? {} : { HANDLERS: 'queue', UPDATES_QUEUE_URL: updates.queue.queueUrl };
}

/** The variables that a function's contract names. */
function only(
  names: readonly string[],
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => names.includes(name)));
}
