/** The ECS service that runs the worker, as the monitor and ops see it. */
export interface WorkerServiceState {
  readonly desired: number;
  readonly running: number;
  /** A deployment is under way. */
  readonly deploying: boolean;
  /** Why the task that stopped last did; null when ECS remembers none. */
  readonly lastStopReason: string | null;
}

export interface WorkerService {
  /** @throws EcsError */
  describe(): Promise<WorkerServiceState>;
  /** Starts a forced new deployment and answers its id. @throws EcsError */
  restart(): Promise<string>;
}

/** ECS did not do what it was asked for. */
export class EcsError extends Error {
  readonly code = 'ECS_FAILED';

  constructor(operation: string, cause: unknown) {
    super(`ECS ${operation}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, {
      cause,
    });
    this.name = 'EcsError';
  }
}
