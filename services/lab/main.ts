/**
 * The lab: `npm start`, or `npm start -- --speed 10`.
 *
 * Prints exactly one line on stdout, `ready <control room URL>`, once one worker polls and the other stands by; on a
 * terminal stderr shows the log. A wrong setting, a wrong argument and a busy `LAB_PORT` give one line each and exit code 78. Ctrl-C and SIGTERM end everything
 * within 15 s with exit code 0; a second one ends the children at once.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import { type ControlRoom, openControlRoom } from './control-room/server.ts';
import { startLab } from './lab.ts';
import { LabStartError, untilReady } from './lab-readiness.ts';
import { onStopSignals } from './processes/stop-signals.ts';
import { type LabSettings, readLabSettings } from './settings/lab-settings.ts';
import { describeTimes } from './settings/lab-times.ts';
import { showLog } from './shared/log-output.ts';
import { describeView } from './watch/handlers-watch.ts';

const stop = new AbortController();
const stopped = new Promise<'stopped'>((resolve) => {
  stop.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
});
onStopSignals(clock, {
  startedByNpm: process.env['npm_command'] !== undefined,
  onStop: () => stop.abort(),
  // The orphan reaper ends all remaining children.
  onSecondSignal: () => process.exit(exitCodes.cleanStop),
});
process.exit(await main());

async function main(): Promise<ExitCode> {
  const read = readLabSettings(process.env, process.argv.slice(2));
  if (!read.ok) return refuse(read.problems, exitCodes.configuration);
  const { settings } = read;
  let controlRoom: ControlRoom;
  try {
    // First of all, so that a busy port is found before there is anything to clean up.
    controlRoom = await openControlRoom(...settings.ports);
  } catch (error) {
    return refuse([portProblem(error, settings.ports)], exitCodes.configuration);
  }
  try {
    return await run(settings, controlRoom);
  } catch (error) {
    return failure(error);
  } finally {
    await controlRoom.close();
  }
}

async function run(settings: LabSettings, controlRoom: ControlRoom): Promise<ExitCode> {
  const lab = await startLab(settings, { clock, random });
  try {
    controlRoom.show(lab);
    showLog(lab.log, process.stderr, process.env);
    if (settings.speed !== 1) process.stderr.write(`${describeTimes(lab.times.current)}\n`);
    await untilReady(lab, stop.signal);
    if (stop.signal.aborted) return exitCodes.cleanStop;
    lab.functions.startSchedule();
    lab.watch?.onChange((view) => {
      if (view.state === 'failed' && !process.stderr.isTTY) process.stderr.write(`${describeView(view)}\n`);
    });
    lab.watch?.start();
    process.stdout.write(`ready ${controlRoom.url}\n`);
    const end = await Promise.race([stopped, lab.redis.storeLost.then(() => 'store lost' as const)]);
    if (end === 'stopped') return exitCodes.cleanStop;
    return refuse(['the lab’s redis-server has ended; start the lab again'], exitCodes.storeUnreachable);
  } catch (error) {
    if (!(error instanceof LabStartError)) throw error;
    return refuse([error.message], error.exitCode);
  } finally {
    await lab.stop();
  }
}

function failure(error: unknown): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  return refuse([`the lab failed: ${message}`], exitCodes.bug);
}

function refuse(problems: readonly string[], code: ExitCode): ExitCode {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  return code;
}

function portProblem(error: unknown, [port, ...others]: LabSettings['ports']): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const fix = 'set LAB_PORT to another one, or to 0 for any free one';
  const last = others.at(-1);
  if (code === 'EADDRINUSE' && last !== undefined) {
    return `LAB_PORT: expected a free port from ${port} to ${last}, got none: other programs listen on all of them; ${fix}`;
  }
  if (code === 'EADDRINUSE') {
    return `LAB_PORT: expected a free port, got ${port}, which another program listens on; ${fix}`;
  }
  if (code === 'EACCES')
    return `LAB_PORT: expected a port that you may listen on, got ${port}, which needs privileges; ${fix}`;
  throw error;
}
