/**
 * The deploy, rehearsed: the real `cdk` command line against a pretend AWS account on loopback, from bootstrap to
 * destroy, and the deployed functions invoked by the real `aws` command line.
 *
 * What it shows: assets are published, CloudFormation takes the template, an empty secret fails the deploy with a clear
 * line, a second deploy changes nothing, functions run as they are deployed, and nothing is left. What it does not:
 * that IAM lets them, that Fargate starts the image, and what the mock's CloudFormation does not know.
 *
 * Where the mock cannot be installed it says so in one line and succeeds, unless REQUIRE_REAL=1.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { startLabRedis } from '../../../services/lab/redis-rest/lab-redis.ts';
import { startTelegramEmulator } from '../../support/telegram-emulator.ts';
import { startAccount } from './account.ts';
import { rehearse } from './rehearse.ts';
import { installTools, ToolMissingError, type Tools } from './tools.ts';

process.exit(await main());

async function main(): Promise<number> {
  let tools: Tools;
  try {
    tools = await installTools();
  } catch (error) {
    if (!(error instanceof ToolMissingError)) throw error;
    process.stdout.write(`rehearsal skipped: ${error.message}\n`);
    return process.env['REQUIRE_REAL'] === '1' ? 1 : 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'staffprobot-rehearsal-'));
  const account = await startAccount(tools, folder);
  const telegram = await startTelegramEmulator();
  const storeToken = 'rehearsal-store';
  const clock = systemClock;
  const redis = await startLabRedis({ port: 0, tokens: [storeToken], redisServerPath: undefined, clock });
  try {
    const store = { url: redis.rest.url, token: storeToken };
    return await rehearse({ tools, account, folder, store, telegramUrl: telegram.url });
  } finally {
    await account.stop();
    await redis.stop();
    await telegram.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
