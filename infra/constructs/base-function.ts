/**
 * What all functions share: Node 24 on ARM, an own role, an own log group, the bundle, the secret.
 *
 * Invoked asynchronously they are never repeated by themselves and never late: a minute later another run knows
 * better. What was given up goes to the queue of failed events. The role may write the function's log, read the
 * secret and put into that queue; everything else is granted by whoever makes the function.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AssetHashType, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type FunctionName, functionEntries, functionHandler } from '../function-entries.ts';
import type { Secrets } from './secrets.ts';

export interface BaseFunctionProps {
  readonly name: FunctionName;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly secrets: Secrets;
  readonly logRetentionDays: RetentionDays;
  /** Gets what was given up; none for a function that is never invoked asynchronously. */
  readonly failedEvents?: IQueue;
  /** How many may run at a time; accounts whose limit is still the new one of ten refuse to set any aside. */
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
      description: `StaffProBot: what the function ${props.name} may do`,
    });
    this.logGroup.grantWrite(this.role);
    props.secrets.grantRead(this.role);
    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: memoryMiB,
      timeout: props.timeout,
      handler: functionHandler,
      code: bundledCode(props.name),
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      environment: { ...props.environment },
      paramsAndSecrets: lambda.ParamsAndSecretsLayerVersion.fromVersion(
        lambda.ParamsAndSecretsVersions.V1_0_103,
        // The secret is read seldom, and then for what is new in it: a cache would only keep the old one.
        { cacheEnabled: false, logLevel: lambda.ParamsAndSecretsLogLevel.WARN },
      ),
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
}

/** Bundled by the local esbuild: synthesis needs neither Docker nor a network. */
function bundledCode(name: FunctionName): lambda.Code {
  const tryBundle = (outputFolder: string): boolean => {
    const command = [join(infraFolder, 'bundle.ts'), 'function', name, outputFolder];
    execFileSync(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit'] });
    return true;
  };
  return lambda.Code.fromAsset(join(infraFolder, '..', functionEntries[name], '..'), {
    // The hash is of the bundle: it changes when what runs changes, and only then.
    assetHashType: AssetHashType.OUTPUT,
    bundling: { image: DockerImage.fromRegistry('unused'), local: { tryBundle } },
  });
}
