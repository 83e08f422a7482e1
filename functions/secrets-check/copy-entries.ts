/**
 * Gives each reader its own entries: copies them from the secret that a person fills in to the reader's secret.
 *
 * Guarantees: an entry that is missing is copied as empty, so that a copy always has the same entries; repeats what was
 * refused while there is time, because a right that a deploy has just granted takes effect some seconds later. Safe to
 * repeat. Never shows a value.
 */

import { writeSecret } from '../../services/adapters/secret-writer.ts';
import { readSecret } from '../../services/adapters/secrets.ts';
import type { Clock } from '../../services/core/platform/clock.ts';
import type { Random } from '../../services/core/platform/random.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';
import { type CopyPlan, planVariable } from './contract.ts';

interface CopySeams {
  readonly clock: Clock;
  readonly random: Random;
}

const patienceMs = 12_000;
const pauseMs = 2000;

export function readPlan(environment: Environment): CopyPlan {
  return JSON.parse(environment[planVariable] ?? 'null') as CopyPlan;
}

/** @throws with one line */
export async function copyEntries(plan: CopyPlan, environment: Environment, seams: CopySeams): Promise<void> {
  const { clock } = seams;
  const untilMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    try {
      await copyOnce(plan, environment, seams);
      return;
    } catch (error) {
      if (clock.monotonicMs() + pauseMs > untilMs) throw error;
      await clock.sleep(pauseMs);
    }
  }
}

async function copyOnce(
  { source, copies }: CopyPlan,
  environment: Environment,
  { clock, random }: CopySeams,
): Promise<void> {
  const secret = await readSecret(source, environment);
  for (const { reader, arn, entries } of copies) {
    const own = Object.fromEntries(entries.map((name) => [name, secret[name] ?? '']));
    try {
      const value = JSON.stringify(own);
      await writeSecret({ arn, value, token: random.token() }, environment, clock.wallMs());
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      throw new Error(`the copy for the ${reader} cannot be written: ${reason}`);
    }
  }
}
