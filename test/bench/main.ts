/**
 * `npm run bench`: what this machine measures, as tables and as JSON on the last line.
 *
 * Figures of one run compare with one another; the machine's own speed is in all of them.
 */
import { measureColdStart } from './cold-start.ts';
import { measureHandOver } from './hand-over.ts';

const coldStartRounds = 15;
const handOverRounds = { stopped: 5, 'killed and reported': 5, killed: 1 } as const;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const handOver = await measureHandOver(handOverRounds);
say('hand-over: how long nobody polls       rounds   median ms   longest ms');
for (const { way, rounds, medianMs, longestMs } of handOver) {
  say(
    `  ${way.padEnd(36)} ${String(rounds).padStart(6)} ${String(medianMs).padStart(11)} ${String(longestMs).padStart(12)}`,
  );
}
const coldStart = await measureColdStart({ rounds: coldStartRounds });
say('start of a function over an empty one  rounds   wall ms     CPU ms   bundle KB');
for (const { name, overEmptyMs, overEmptyCpuMs, bundleBytes } of coldStart.functions) {
  const figures = [coldStartRounds, overEmptyMs, overEmptyCpuMs, bundleBytes / 1000];
  say(`  ${name.padEnd(36)} ${figures.map((figure) => figure.toFixed(0).padStart(9)).join(' ')}`);
}
say(JSON.stringify({ handOver, coldStart }));
