/** The metrics sidecar's process. Only wiring. */
import type { Server } from 'node:http';
import { createLogger } from '../adapters/logger.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { logWriter } from '../adapters/terminal-log.ts';
import { botMetricNames, metricsPath } from '../bot/contract.ts';
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import type { Logger } from '../core/platform/logger.ts';
import { redactor } from '../core/platform/redaction.ts';
import { readSidecarSettings, type SidecarSettings } from '../core/settings/settings.ts';
import { askBot } from './ask-bot.ts';
import { BotWatch } from './bot-watch.ts';
import { sidecarProcessPrefix } from './contract.ts';
import { OwnMetrics } from './own-metrics.ts';
import { startSidecarServer } from './server.ts';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
process.exit(await main());

async function main(): Promise<ExitCode> {
  const read = readSidecarSettings(process.env);
  if (!read.ok) return refuse(read.problems);
  const { settings } = read;
  const redact = redactor([settings.bearerToken]);
  const fields = { service: 'metrics' };
  const write = logWriter(process.stdout, process.env);
  const logger = createLogger({ level: settings.logLevel, redact, clock, fields, write });
  const own = new OwnMetrics();
  const watch = watchBot(settings, own);
  const server = await listen(settings, { watch, own, logger });
  if (server === undefined) return exitCodes.configuration;
  const { host, sidecarPort: port } = settings.metrics;
  logger.info('serving metrics', {
    host,
    port,
    token: settings.bearerToken === undefined ? 'none' : 'needed',
  });
  await watch.watch(stop.signal);
  server.close();
  server.closeAllConnections();
  return exitCodes.cleanStop;
}

function watchBot({ metrics }: SidecarSettings, own: OwnMetrics): BotWatch {
  const url = `http://127.0.0.1:${metrics.botPort}${metricsPath}`;
  return new BotWatch({
    clock,
    ask: (signal) => askBot(url, signal, sidecarProcessPrefix),
    keptNames: [botMetricNames.heartbeatTimestamp, botMetricNames.lastPollTimestamp],
    onLook: (result, elapsedMs) => own.noteLook(result, elapsedMs),
  });
}

interface ServerDeps {
  readonly watch: BotWatch;
  readonly own: OwnMetrics;
  readonly logger: Logger;
}

/** Undefined when the address does not exist or is taken. */
async function listen(
  { metrics, bearerToken }: SidecarSettings,
  { watch, own, logger }: ServerDeps,
): Promise<Server | undefined> {
  const { host, sidecarPort: port } = metrics;
  const onError = (error: unknown): void => logger.error('a request failed', { error });
  try {
    return await startSidecarServer({ host, port, watch, own, bearerToken, onError });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const fix = 'set METRICS_HOST to an address of this machine and METRICS_PORT to a free port';
    refuse([
      `METRICS_PORT: expected an address to listen on, got ${host}:${port} (${String(error.code)}); ${fix}`,
    ]);
    return undefined;
  }
}

function refuse(problems: readonly string[]): ExitCode {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  return exitCodes.configuration;
}
