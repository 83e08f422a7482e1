/**
 * The guided tour without a page: `npm run tour`, `npm run tour -- --json`, or with handlers behind a queue
 * `npm run tour -- --handlers queue`.
 *
 * Starts its own lab on free ports at the tour's speed, prints one line per step with the measurements, and stops the lab.
 * With `--json` it prints one JSON object on stdout instead. Exit code 0 if all six promises held; 1 if not (this includes
 * a tour that did not finish); 78 for wrong arguments and settings. Ctrl-C ends everything and leaves nothing.
 *
 * Tested by: test/lab/tour/tour.long.test.ts
 */
import { parseArgs } from 'node:util';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { systemRandom as random } from '../../adapters/system-random.ts';
import { exitCodes } from '../../core/platform/exit-codes.ts';
import { type Lab, startLab } from '../lab.ts';
import { LabStartError, untilReady } from '../lab-readiness.ts';
import { onStopSignals } from '../processes/stop-signals.ts';
import { type LabSettings, readLabSettings } from '../settings/lab-settings.ts';
import { stepLine, tourReport } from './report.ts';
import { tourSpeed } from './tour.ts';

/** A promise was broken, or could not be seen. */
const broken = 1;

const stop = new AbortController();
onStopSignals(clock, {
  startedByNpm: process.env['npm_command'] !== undefined,
  onStop: () => stop.abort(),
  // The orphan reaper ends all remaining children.
  onSecondSignal: () => process.exit(broken),
});
process.exit(await main());

async function main(): Promise<number> {
  const given = readArguments(process.argv.slice(2));
  const { asJson, handlers } = typeof given === 'string' ? { asJson: false, handlers: 'inline' } : given;
  const read = readLabSettings(process.env, ['--speed', String(tourSpeed), '--handlers', handlers]);
  const problems = [...(typeof given === 'string' ? [given] : []), ...(read.ok ? [] : read.problems)];
  if (!read.ok || problems.length > 0) return refuse(problems, exitCodes.configuration);
  try {
    return await run(read.settings, asJson);
  } catch (error) {
    const isSetting = error instanceof LabStartError && error.exitCode === exitCodes.configuration;
    const message = error instanceof Error ? error.message : String(error);
    return refuse([message], isSetting ? exitCodes.configuration : broken);
  }
}

async function run(settings: LabSettings, asJson: boolean): Promise<number> {
  const startedMs = clock.monotonicMs();
  const lab = await startLab(settings, { clock, random });
  try {
    await untilReady(lab, stop.signal);
    if (stop.signal.aborted) return broken;
    lab.functions.startSchedule();
    if (!asJson) printSteps(lab);
    lab.tour.start();
    stop.signal.addEventListener('abort', () => lab.tour.stop(), { once: true });
    await lab.tour.finished();
    if (stop.signal.aborted) return broken;
    const report = tourReport(lab.tour.results, { seconds: (clock.monotonicMs() - startedMs) / 1000 });
    say(asJson ? JSON.stringify(report) : report.summary);
    return report.ok ? exitCodes.cleanStop : broken;
  } finally {
    await lab.stop();
  }
}

/** Prints each step once, when its result is known. */
function printSteps({ tour }: Lab): void {
  const printed = new Set<string>();
  tour.onChange(() => {
    for (const step of tour.results) {
      const isOver = step.durationMs !== null && (step.state === 'kept' || step.state === 'broken');
      if (!isOver || printed.has(step.id)) continue;
      printed.add(step.id);
      say(stepLine(step));
    }
  });
}

interface TourArguments {
  readonly asJson: boolean;
  /** As given: the lab's settings check it. */
  readonly handlers: string;
}

/** One line if the arguments are wrong. */
function readArguments(words: readonly string[]): TourArguments | string {
  const options = {
    json: { type: 'boolean', default: false },
    handlers: { type: 'string', default: 'inline' },
  } as const;
  try {
    const { json: asJson, handlers } = parseArgs({ args: [...words], options }).values;
    return { asJson, handlers };
  } catch {
    const got = JSON.stringify(words.join(' ').slice(0, 60));
    return `arguments: expected nothing, --json or --handlers, got ${got}; write it like: npm run tour -- --json`;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function refuse(problems: readonly string[], code: number): number {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  return code;
}
