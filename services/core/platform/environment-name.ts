/** The environments that a process may belong to: the values of `ENVIRONMENT`. */
export const environmentNames = ['development', 'staging', 'production'] as const;
export type EnvironmentName = (typeof environmentNames)[number];
