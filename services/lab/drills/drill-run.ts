/** What a drill is: it breaks something, watches, mends, and throws `PromiseBroken` where the system did not hold. */
import type { DrillContext } from './drill-context.ts';

/** `worker`: the name of the worker that it is about. */
export type Drill = (context: DrillContext, worker: string | null) => Promise<void>;
