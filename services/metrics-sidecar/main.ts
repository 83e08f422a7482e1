/** The metrics sidecar as a process. Only wiring here. */
import { createLogger } from '../adapters/logger.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { metricsPath } from '../bot/contract.ts';
import { exitCodes } from '../core/exit-codes.ts';
import { redactor } from '../core/redaction.ts';
import { readSidecarSettings, type SidecarSettings } from '../core/settings.ts';
import { BotWatch } from './bot-watch.ts';
import { startSidecarServer } from './server.ts';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

const read = readSidecarSettings(process.env);
if (read.ok) await serve(read.settings);
else refuse(read.problems);

async function serve({ metrics, logLevel }: SidecarSettings): Promise<void> {
  const logger = createLogger({ level: logLevel, redact: redactor(), clock, fields: { service: 'metrics' } });
  const { host, sidecarPort: port, botPort } = metrics;
  const watch = new BotWatch({ url: `http://127.0.0.1:${botPort}${metricsPath}`, clock });
  try {
    const server = await startSidecarServer({ host, port, watch });
    logger.info('serving metrics', { host, port });
    await watch.watch(stop.signal);
    server.close();
    server.closeAllConnections();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const mend = 'set METRICS_HOST to an address of this machine and METRICS_PORT to a free port';
    refuse([
      `METRICS_PORT: expected an address to listen on, got ${host}:${port} (${String(error.code)}); ${mend}`,
    ]);
  }
  process.exit(exitCodes.cleanStop);
}

function refuse(problems: readonly string[]): void {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exit(exitCodes.configuration);
}
