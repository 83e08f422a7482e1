/** What queue mode keeps in Redis: counted attempts, dead letters and the consumers' heartbeats. */
import type { StoreKeys } from '../../../core/platform/store-keys.ts';
import type { ConsumerBeats, DeadUpdates, QueueAttempts } from '../../../core/queue/queue-store.ts';
import { deadLine } from '../journal/journal-line.ts';
import { luaScript, type ScriptRunner } from '../lua-scripts.ts';

const countScript = luaScript('queue/count-attempt-1');
const buryScript = luaScript('queue/bury-update-1');
const beatScript = luaScript('queue/beat-consumer-1');

/** As long as a queue may keep a message: 14 days. */
const attemptsKeptMs = 14 * 86_400_000;
/** A consumer that was killed leaves its last beat for this long: somebody may want to know. */
const beatKeptMs = 86_400_000;

export function redisQueueAttempts(runner: ScriptRunner, { updateAttempts }: StoreKeys): QueueAttempts {
  const run = async (deduplicationId: string, token: string, keptMs: string): Promise<number> =>
    Number(await runner.run(countScript, [updateAttempts(deduplicationId)], [token, keptMs]));
  return {
    count: (deduplicationId, token) => run(deduplicationId, token, String(attemptsKeptMs)),
    next: (deduplicationId, token) => run(deduplicationId, token, ''),
  };
}

export function redisDeadUpdates(runner: ScriptRunner, { dead }: StoreKeys): DeadUpdates {
  return {
    async bury(letter) {
      await runner.run(buryScript, [dead], [letter.id, deadLine(letter)]);
    },
  };
}

export function redisConsumerBeats(runner: ScriptRunner, { handlerBeats }: StoreKeys): ConsumerBeats {
  return {
    async write({ consumer, version, lagMs, running, held }) {
      const said = JSON.stringify({ version, lag_ms: Math.round(lagMs), running, held });
      await runner.run(beatScript, [handlerBeats], [consumer, said, String(beatKeptMs)]);
    },
    async remove(consumer) {
      await runner.run(beatScript, [handlerBeats], [consumer, '', String(beatKeptMs)]);
    },
  };
}
