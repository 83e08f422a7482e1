/** What the stack and the check of the secret agree on: the properties of the custom resource. */
export interface SecretsCheckProperties {
  readonly SecretArn: string;
  /** The entries that must not be empty. */
  readonly Required: readonly string[];
}

export const resourceType = 'Custom::SecretsCheck';
export const timeoutSeconds = 30;
