/** A thread of `main.ts`: runs the blocks of seeds that it is handed, one after another. */
import { parentPort } from 'node:worker_threads';
import { type BlockOfSeeds, type BlockResult, runs } from './parts.ts';

// Nobody reads the stacks of errors that the simulated faults cause, and they cost much.
Error.stackTraceLimit = 0;

parentPort?.on('message', async (block: BlockOfSeeds) => {
  parentPort?.postMessage(await runBlock(block));
});

async function runBlock({ part, firstSeed, count }: BlockOfSeeds): Promise<BlockResult> {
  const before = process.threadCpuUsage();
  let failed: BlockResult['failed'];
  for (let seed = firstSeed; seed < firstSeed + count && failed === undefined; seed++) {
    const { violations } = await runs[part]({ seed });
    if (violations.length > 0) failed = { seed, violations };
  }
  const { user, system } = process.threadCpuUsage(before);
  return { part, count, failed, coreMs: (user + system) / 1000 };
}
