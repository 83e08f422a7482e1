/**
 * The base of all functions: Node 24 on ARM, its own role and log group, the bundle, its secret.
 *
 * Asynchronous invocations are neither retried nor run late: the run of the next minute knows better. Events that
 * Lambda gave up go to the queue of failed events. The role may write the function's log, read its secret and send to
 * that queue; each function grants itself the rest.
 *
 * Tested by: test/infra/constructs/functions.test.ts
 */
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type FunctionName, functionEntries, functionHandler } from '../function-entries.ts';
import { architecture, secretsExtension } from '../secrets-extension.ts';
import { grantRead } from './secrets.ts';

export interface BaseFunctionProps {
  readonly name: FunctionName;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  /** The one secret that it reads. */
  readonly secret: ISecret;
  readonly secretsExtensionArn: string | undefined;
  readonly logRetentionDays: RetentionDays;
  /** Gets events that Lambda gave up. Undefined: the function is never invoked asynchronously. */
  readonly failedEvents?: IQueue;
  /** How many may run at a time. A new account, with its limit of ten, refuses to reserve any. */
  readonly concurrencyMax?: number | undefined;
}

const infraFolder = join(import.meta.dirname, '..');
const memoryMiB = 256;

export class BaseFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: BaseFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `StaffProBot: the rights of the function ${props.name}`,
    });
    this.logGroup.grantWrite(this.role);
    grantRead(this.role, props.secret);
    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture,
      memorySize: memoryMiB,
      timeout: props.timeout,
      handler: functionHandler,
      code: bundledCode(props.name),
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      environment: { ...props.environment },
      paramsAndSecrets: secretsExtension(props.secretsExtensionArn),
      ...(props.concurrencyMax === undefined ? {} : { reservedConcurrentExecutions: props.concurrencyMax }),
    });
    if (props.failedEvents !== undefined) {
      this.function.configureAsyncInvoke({
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
        onFailure: new SqsDestination(props.failedEvents),
      });
    }
  }

  metricErrors(): Metric {
    return this.function.metricErrors({ period: Duration.minutes(1), statistic: 'Sum' });
  }
}

/** Bundled by the local esbuild, so that synthesis needs neither Docker nor a network. */
function bundledCode(name: FunctionName): lambda.Code {
  const tryBundle = (outputFolder: string): boolean => {
    const command = [join(infraFolder, 'bundle.ts'), 'function', name, outputFolder];
    execFileSync(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit'] });
    // The CDK opens the folder to everybody for a container's sake: another user could change what is deployed.
    chmodSync(outputFolder, 0o755);
    return true;
  };
  return lambda.Code.fromAsset(join(infraFolder, '..', functionEntries[name], '..'), {
    // The hash of the bundle: it changes only when the code that runs changes.
    assetHashType: AssetHashType.OUTPUT,
    bundling: { image: DockerImage.fromRegistry('unused'), local: { tryBundle } },
  });
}
