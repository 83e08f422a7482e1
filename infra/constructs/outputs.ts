/** What a person needs after a deploy: names to look for and commands to paste. No output holds a secret's value. */
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { HeartbeatMonitor } from './heartbeat-monitor.ts';
import type { Notifications } from './notifications.ts';
import type { Observability } from './observability.ts';
import type { OpsFunction } from './ops-function.ts';
import { type PollingWorker, ports } from './polling-worker.ts';
import type { Secrets } from './secrets.ts';

export interface OutputParts {
  /** What is no secret of the variables that the processes share. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly notifications: Notifications;
  readonly worker: PollingWorker;
  readonly monitor: HeartbeatMonitor;
  readonly ops: OpsFunction;
  readonly observability: Observability;
}

export function addOutputs(stack: Stack, parts: OutputParts): void {
  const { environment, secrets, notifications, worker, monitor, ops, observability } = parts;
  const region = `--region ${stack.region}`;
  const invoke = (payload: object): string =>
    `aws lambda invoke ${region} --function-name ${ops.function.functionName} --cli-read-timeout 0 ` +
    `--cli-binary-format raw-in-base64-out --payload '${JSON.stringify(payload)}' /dev/stdout`;
  const shell = {
    ...environment,
    AWS_REGION: stack.region,
    ECS_CLUSTER: worker.cluster.clusterName,
    ECS_SERVICE: worker.service.serviceName,
    OPS: ops.function.functionName,
  };
  const outputs: Record<string, [description: string, value: string | undefined]> = {
    ReadSecretCommand: [
      'Writes the secret to a file, to be filled in',
      `aws secretsmanager get-secret-value ${region} --secret-id ${secrets.arn} --query SecretString --output text > secret.json`,
    ],
    FillSecretCommand: [
      'Puts the filled-in file in place and removes it',
      `aws secretsmanager put-secret-value ${region} --secret-id ${secrets.arn} --secret-string file://secret.json && rm secret.json`,
    ],
    ShellCommand: [
      'Tells a shell which stack is meant, for npx staffprobot and for the commands of the runbook',
      `export ${Object.entries(shell)
        .map(([name, value]) => `${name}=${quoted(value)}`)
        .join(' ')}`,
    ],
    StatusCommand: ['Who polls, since when, and how old the heartbeat is', invoke({ action: 'status' })],
    ReleaseLockCommand: [
      'Lets another worker take over',
      invoke({ action: 'release-lock', reason: 'say why, for the audit trail' }),
    ],
    RecoverCommand: [
      'The runbook in its right order',
      invoke({ action: 'recover', reason: 'say why, for the audit trail' }),
    ],
    RestartCommand: [
      'Starts new tasks, which read the secret anew',
      `aws ecs update-service ${region} --cluster ${worker.cluster.clusterName} --service ${worker.service.serviceName} --force-new-deployment`,
    ],
    RenewFunctionsCommand: [
      'Starts both functions anew, so that they read the secret anew',
      `for name in ${monitor.function.functionName} ${ops.function.functionName}; do aws lambda update-function-configuration ${region} ` +
        '--function-name "$name" --description "secret of $(date)" --query LastModified; done',
    ],
    WorkerLogsCommand: [
      'What the workers say',
      `aws logs tail ${region} ${worker.logGroup.logGroupName} --follow`,
    ],
    MonitorLogsCommand: [
      'What the monitor says',
      `aws logs tail ${region} ${monitor.logGroup.logGroupName} --follow`,
    ],
    OpsFunctionName: ['For npx staffprobot --function', ops.function.functionName],
    OperatorsPolicyArn: ['Attach it to those who may repair the bot', ops.operatorsPolicy.managedPolicyArn],
    OpsUrl: ['Where one-tap links lead', ops.url],
    AlertTopicArn: ['Subscribe to it whoever is on call', notifications.topic.topicArn],
    PrometheusTarget: [
      'Scrape it with dns_sd_configs of type A, from inside the VPC',
      `${worker.metricsHostName}:${ports.metrics}`,
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

/** As one word of a shell, whatever is in it. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
