/** The environment does not make a process: each problem is a line of the message, and none shows a secret. */
export class ConfigurationError extends Error {
  readonly code = 'CONFIGURATION';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigurationError';
  }
}
