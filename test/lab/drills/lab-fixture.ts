/** Waiting for drills and the tour in tests that run their own lab. */
import { vi } from 'vitest';
import type { ApiState } from '../../../services/lab/control-room/api.ts';
import type { DrillId, DrillView } from '../../../services/lab/drills/drill-types.ts';
import type { LabProcess } from '../../support/lab.ts';

/** Longer than any drill waits before it reports a failure itself. */
const patienceMs = 200_000;
/** For a test of a few drills. */
export const drillTestMs = 2 * patienceMs;

/** The first state that matches. */
export async function until(lab: LabProcess, fits: (state: ApiState) => boolean): Promise<ApiState> {
  let last: ApiState | undefined;
  const look = async (): Promise<ApiState | undefined> => {
    last = await lab.state();
    return fits(last) ? last : undefined;
  };
  try {
    return await vi.waitUntil(look, { timeout: patienceMs, interval: 100 });
  } catch (cause) {
    const { drills, tour, workers } = last ?? {};
    throw new Error(`not seen; ${JSON.stringify({ drills, tour, workers })}`, { cause });
  }
}

function view({ drills }: ApiState, id: DrillId): DrillView {
  const found = drills.find((drill) => drill.id === id);
  if (found === undefined) throw new Error(`there is no drill ${id}`);
  return found;
}

/** The state in which the drill shows this text. */
export async function saying(lab: LabProcess, drill: DrillId, what: string): Promise<ApiState> {
  return until(lab, (seen) => view(seen, drill).now?.en.includes(what) === true);
}

/** The drill after its end. */
export async function end(lab: LabProcess, drill: DrillId): Promise<DrillView> {
  return view(await until(lab, (seen) => view(seen, drill).state !== 'running'), drill);
}
