/** What a person needs after a deploy: names to look up and commands to paste. No output contains a secret. */
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { AlertTopic } from './alert-topic.ts';
import type { HandlersService } from './handlers-service.ts';
import type { HeartbeatMonitor } from './heartbeat-monitor.ts';
import type { Observability } from './observability.ts';
import type { OpsFunction } from './ops-function.ts';
import type { PollingWorker } from './polling-worker.ts';
import type { Secrets } from './secrets.ts';
import type { SecretsCheck } from './secrets-check.ts';
import { ports } from './task-parts.ts';
import type { UpdatesQueue } from './updates-queue.ts';

export interface OutputParts {
  /** The variables of the processes that are no secrets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly secretsCheck: SecretsCheck;
  readonly alertTopic: AlertTopic;
  readonly worker: PollingWorker;
  /** In queue mode. */
  readonly handlers: HandlersService | undefined;
  readonly updates: UpdatesQueue | undefined;
  readonly monitor: HeartbeatMonitor;
  readonly ops: OpsFunction;
  readonly observability: Observability;
}

export function addOutputs(stack: Stack, parts: OutputParts): void {
  const { environment, secrets, secretsCheck, alertTopic, worker, handlers, updates } = parts;
  const { monitor, ops, observability } = parts;
  const region = `--region ${stack.region}`;
  const shell = {
    ...environment,
    AWS_REGION: stack.region,
    ECS_CLUSTER: worker.cluster.clusterName,
    ECS_SERVICE: worker.service.serviceName,
    ...(handlers === undefined ? {} : { ECS_HANDLERS_SERVICE: handlers.service.serviceName }),
    OPS: ops.function.functionName,
  };
  const outputs: Record<string, [description: string, value: string | undefined]> = {
    ReadSecretCommand: [
      'Writes the secret to a file that only you can read, for you to fill in',
      `(umask 077 && aws secretsmanager get-secret-value ${region} --secret-id ${secrets.source.secretArn} --query SecretString --output text > secret.json)`,
    ],
    FillSecretCommand: [
      'Stores the filled-in file as the secret, deletes the file, gives each reader its entries, and says whether they work',
      `aws secretsmanager put-secret-value ${region} --secret-id ${secrets.source.secretArn} --secret-string file://secret.json && rm secret.json && ${secretsCheck.copyCommand()}`,
    ],
    ShellCommand: [
      'Points a shell at this stack, for npx staffprobot and the commands of the runbook',
      `export ${Object.entries(shell)
        .map(([name, value]) => `${name}=${quoted(value)}`)
        .join(' ')}`,
    ],
    StatusCommand: [
      'Who polls, since when, and how old the heartbeat is',
      ops.invokeCommand({ action: 'status' }),
    ],
    ReleaseLockCommand: [
      'Releases the lock, so that another worker takes over',
      ops.invokeCommand({ action: 'release-lock', reason: 'say why, for the audit trail' }),
    ],
    RecoverCommand: [
      'Runs the whole runbook in order',
      ops.invokeCommand({ action: 'recover', reason: 'say why, for the audit trail' }),
    ],
    RestartCommand: [
      'Starts new tasks, which read the secret again',
      `aws ecs update-service ${region} --cluster ${worker.cluster.clusterName} --service ${worker.service.serviceName} --force-new-deployment`,
    ],
    RenewFunctionsCommand: [
      'Restarts both functions, so that they read the secret again',
      `for name in ${monitor.function.functionName} ${ops.function.functionName}; do aws lambda update-function-configuration ${region} ` +
        '--function-name "$name" --description "secret of $(date)" --query LastModified; done',
    ],
    WorkerLogsCommand: [
      'Follows the logs of the workers',
      `aws logs tail ${region} ${worker.logGroup.logGroupName} --follow`,
    ],
    HandlersLogsCommand: [
      'Follows the logs of the tasks that run handlers',
      handlers && `aws logs tail ${region} ${handlers.logGroup.logGroupName} --follow`,
    ],
    MonitorLogsCommand: [
      'Follows the logs of the monitor',
      `aws logs tail ${region} ${monitor.logGroup.logGroupName} --follow`,
    ],
    OpsFunctionName: ['For npx staffprobot --function', ops.function.functionName],
    OperatorsPolicyArn: [
      'Attach it to the people and roles that may repair the bot',
      ops.operatorsPolicy.managedPolicyArn,
    ],
    OpsUrl: ['Where one-tap links lead', ops.url],
    AlertTopicArn: ['Subscribe the people on call to it', alertTopic.topic.topicArn],
    PrometheusTarget: [
      'Scrape it from inside the VPC, with dns_sd_configs of type A',
      `${worker.metricsHostName}:${ports.metrics}`,
    ],
    UpdatesQueueUrl: ['Where the worker sends updates for the handlers', updates?.queue.queueUrl],
    HandlersPrometheusTarget: [
      'The same for the tasks that run handlers',
      handlers && `${handlers.metricsHostName}:${ports.metrics}`,
    ],
    DashboardUrl: [
      'Everything at a glance',
      `https://${stack.region}.console.aws.amazon.com/cloudwatch/home?region=${stack.region}#dashboards/dashboard/${observability.dashboard.dashboardName}`,
    ],
  };
  for (const [name, [description, value]] of Object.entries(outputs)) {
    if (value !== undefined) new CfnOutput(stack, name, { description, value });
  }
}

/** Quotes any value as one word of a shell. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
