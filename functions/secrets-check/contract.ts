/** What the stack and this function share: the properties of the custom resource. */
export interface SecretsCheckProperties {
  readonly SecretArn: string;
  /** The entries that must not be empty. */
  readonly Required: readonly string[];
}

export const resourceType = 'Custom::SecretsCheck';
export const timeoutSeconds = 30;
