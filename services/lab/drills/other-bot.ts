/**
 * A worker of another bot starts on this bot's store. Promised are a refusal in one line, and a bot that does not notice.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { botIdOf } from '../../core/platform/bot-token.ts';
import { exitCodes } from '../../core/platform/exit-codes.ts';
import { type ChildExit, startChild } from '../processes/child.ts';
import { freePorts } from '../processes/free-ports.ts';
import { workerEnvironment } from '../settings/lab-environment.ts';
import { text } from '../shared/text.ts';
import { finish } from './drill-checks.ts';
import type { Drill, DrillContext } from './drill-context.ts';

export const otherBot: Drill = async (context) => {
  const { lab, demand } = context;
  const { botToken } = lab.addresses;
  const holder = await lab.store.command(['GET', lab.keys.lock]);
  // The emulator takes every well-formed token for a bot.
  const otherToken = botToken.replace(/^\d/, (digit) => (digit === '9' ? '8' : '9'));
  const { exit, lines } = await startOn(context, otherToken);
  context.measure('exitCode', exit.code ?? -1);
  demand(
    exit.code === exitCodes.configuration,
    text('It was not refused with exit code 78.', 'Он завершился не с кодом 78.'),
  );
  demand(
    lines.some((line) => line.includes(botIdOf(botToken)) && line.includes(botIdOf(otherToken))),
    text('No line names both bots.', 'Ни одна строка не называет обоих ботов.'),
  );
  demand(
    (await lab.store.command(['GET', lab.keys.lock])) === holder,
    text('The polling lock has changed.', 'Блокировка поллинга изменилась.'),
  );
  await finish(context);
};

async function startOn(
  context: DrillContext,
  botToken: string,
): Promise<{ exit: ChildExit; lines: readonly string[] }> {
  const { lab } = context;
  const [bot = 0, sidecar = 0] = await freePorts(2);
  const task = { id: lab.random.token(), bot, sidecar };
  const lines: string[] = [];
  let exit: ChildExit | undefined;
  const child = startChild({
    program: 'services/bot/main.ts',
    environment: workerEnvironment({ ...lab.addresses, botToken }, lab.times.current, task),
    onLine: (line) => {
      lines.push(line);
      lab.log.sayLine('other bot', line, 'info');
    },
  });
  void child.ended.then((ended) => {
    exit = ended;
  });
  try {
    await context.until(
      text('the other bot’s worker is refused', 'воркер другого бота получает отказ'),
      () => exit !== undefined,
    );
  } finally {
    child.kill('SIGKILL');
  }
  return { exit: exit ?? { code: null, signal: null }, lines };
}
