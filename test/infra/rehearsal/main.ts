/**
 * The deploy, rehearsed: the real `cdk` command line against a pretend AWS account on loopback, from bootstrap to
 * destroy, and the deployed functions invoked by the real `aws` command line.
 *
 * What it shows: assets are published, CloudFormation takes the template, an empty secret fails the deploy with a clear
 * line, a second deploy changes nothing, functions run as they are deployed, the programs of queue mode hand an update
 * through the deployed queue, and nothing is left. What it does not:
 * that IAM lets them, that Fargate starts the image, and what the mock's CloudFormation does not know.
 *
 * Where the mock cannot be installed it says so in one line and succeeds, unless REQUIRE_REAL=1. `--from COMMIT` chooses the version
 * that is upgraded (`HEAD~1`). Exit code 78 for wrong arguments. Ctrl-C ends it with 130 and leaves nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { startLabRedis } from '../../../services/lab/redis-rest/lab-redis.ts';
import { interruptedExitCode, listenForInterruption } from '../../support/interruption.ts';
import { readOptions } from '../../support/options.ts';
import { startTelegramEmulator } from '../../support/telegram-emulator.ts';
import { startAccount } from './account.ts';
import { rehearse } from './rehearse.ts';
import { installTools, ToolMissingError, type Tools } from './tools.ts';

const childrenEndMs = 10_000;

const { from = 'HEAD~1' } = readOptions({
  options: { from: { type: 'string' } },
  expected: 'nothing, or --from COMMIT: the version that is upgraded',
  example: 'npm run rehearse -- --from HEAD~1',
});
const interruption = listenForInterruption();
void interruption.came.then(() => {
  process.stderr.write('interrupted: clearing away\n');
  // The steps fail now, one by one, with all that the account has logged: that is no result.
  process.stdout.write = () => true;
});
process.exit(await main());

async function main(): Promise<number> {
  let tools: Tools;
  try {
    tools = await installTools();
  } catch (error) {
    if (!(error instanceof ToolMissingError)) throw error;
    if (interruption.hasCome()) return interruptedExitCode;
    process.stdout.write(`rehearsal skipped: ${error.message}\n`);
    return process.env['REQUIRE_REAL'] === '1' ? 1 : 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'staffprobot-rehearsal-'));
  // Whatever ends this program: nothing is left of it.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    return await rehearseIn(folder, tools);
  } catch (error) {
    // The account hears the same signal.
    if (!interruption.hasCome()) throw error;
    return interruptedExitCode;
  }
}

async function rehearseIn(folder: string, tools: Tools): Promise<number> {
  const account = await startAccount(tools, folder);
  const telegram = await startTelegramEmulator();
  const storeToken = 'rehearsal-store';
  const clock = systemClock;
  const redis = await startLabRedis({ port: 0, tokens: [storeToken], redisServerPath: undefined, clock });
  const store = { url: redis.rest.url, token: storeToken };
  const rehearsal = rehearse({ tools, account, folder, store, telegramUrl: telegram.url, from });
  const end = await Promise.race([rehearsal, interruption.came]);
  const stopped = Promise.all([account.stop(), redis.stop(), telegram.stop()]);
  if (end !== 'interrupted') {
    await stopped;
    return end;
  }
  endChildren();
  // An account that the signal has ended already cannot be waited for.
  await Promise.race([Promise.all([stopped, rehearsal]), clock.sleep(childrenEndMs)]);
  return interruptedExitCode;
}

/** A terminal's Ctrl-C reaches them by itself; another signal does not, and `cdk` would go on trying for minutes. */
function endChildren(): void {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n');
  for (const [pid, parent] of processes.map((line) => line.trim().split(/\s+/).map(Number))) {
    if (pid === undefined || parent !== process.pid) continue;
    try {
      process.kill(pid);
    } catch {
      // It is gone by now, as ps itself is.
    }
  }
}
