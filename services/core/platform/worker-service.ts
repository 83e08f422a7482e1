/** The port to the ECS service that runs the worker, for the monitor and ops. */
export interface WorkerServiceState {
  readonly desired: number;
  readonly running: number;
  /** A deployment is in progress. */
  readonly deploying: boolean;
  /** Why the last task stopped; null when ECS remembers no stopped task. */
  readonly lastStopReason: string | null;
}

export interface WorkerService {
  /** @throws EcsError */
  describe(): Promise<WorkerServiceState>;
  /** Forces a new deployment and returns its id. @throws EcsError */
  restart(): Promise<string>;
}

/** A call to ECS failed. */
export class EcsError extends Error {
  readonly code = 'ECS_FAILED';

  constructor(operation: string, cause: unknown) {
    super(`ECS ${operation}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, {
      cause,
    });
    this.name = 'EcsError';
  }
}
