/** The ports to the ECS service that runs the worker, for the monitor and ops. */
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

/** The container that polls; the task's others serve it. */
export const botContainerName = 'bot';

/** What ECS says of one task of the service. */
export interface WorkerTask {
  /** Its container `bot` runs no more, whatever the task still does. */
  readonly botHasStopped: boolean;
  /** Null: ECS gives none. */
  readonly stoppedReason: string | null;
  /** Its private DNS names. */
  readonly privateNames: readonly string[];
}

/** The tasks of the service, one at a time: to verify what an event says of one. */
export interface WorkerTasks {
  /** Whether these name the cluster and the service. */
  isOwn(names: { readonly clusterArn: string; readonly group: string }): boolean;
  /** Undefined: ECS knows no such task of this service. @throws EcsError */
  find(taskArn: string): Promise<WorkerTask | undefined>;
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
