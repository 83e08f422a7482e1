/** What the stack and this function share: the properties of its custom resources, and the metric of a start. */
export const functionName = 'secrets-check';

export interface SecretsCheckProperties {
  readonly SecretArn: string;
  /** The entries that must not be empty. */
  readonly Required: readonly string[];
}

export interface SecretsCopyProperties {
  /** The same as the function's variable: another plan is carried out at once. */
  readonly Plan: string;
  /** `true` or `false`: a start copies what was filled in meanwhile. */
  readonly Paused: string;
}

export interface SecretCopy {
  readonly reader: string;
  readonly arn: string;
  readonly entries: readonly string[];
}

/** The secret that a person fills in, and the copies of which each reader may read its own. */
export interface CopyPlan {
  readonly source: string;
  readonly copies: readonly SecretCopy[];
  /** The entries that must not be empty. */
  readonly required: readonly string[];
}

/** The function's variable that holds the plan, as JSON. */
export const planVariable = 'SECRET_COPIES';
/** The payload with which a person invokes the function after a change of the secret. */
export const copyRequest = { action: 'copy' } as const;

export const checkResourceType = 'Custom::SecretsCheck';
export const copyResourceType = 'Custom::SecretsCopy';
export const timeoutSeconds = 30;
export const metrics = {
  /** 1 when the worker is about to start or to resume: its alarms give it a while. */
  starting: 'WorkerStarting',
} as const;
/** The settings besides the secret with which its entries are tried; the stack sets those that are given. */
export const environmentVariables = ['ENVIRONMENT', 'TELEGRAM_API_ROOT', 'REDIS_KEY_PREFIX'] as const;
