/** What a process shows of itself over HTTP, and under which paths. */
export const metricsPath = '/metrics';
export const healthPath = '/healthz';

export interface Health {
  readonly healthy: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}
