/** What the stack and this function share: the properties of the custom resource, and the metric of a start. */
export const functionName = 'secrets-check';

export interface SecretsCheckProperties {
  readonly SecretArn: string;
  /** The entries that must not be empty. */
  readonly Required: readonly string[];
}

export const resourceType = 'Custom::SecretsCheck';
export const timeoutSeconds = 30;
export const metrics = {
  /** 1 when the worker is about to start or to resume: its alarms give it a while. */
  starting: 'WorkerStarting',
} as const;
/** The settings besides the secret with which its entries are tried; the stack sets those that are given. */
export const environmentVariables = ['ENVIRONMENT', 'TELEGRAM_API_ROOT', 'REDIS_KEY_PREFIX'] as const;
