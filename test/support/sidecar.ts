/** Starts the metrics sidecar as a real process and reads its metrics. */
import { systemClock } from '../../services/adapters/system-clock.ts';
import { parseExposition } from '../../services/metrics-sidecar/exposition.ts';
import { freePort, type Program, startProgram } from './program.ts';

export interface Sidecar extends Program {
  readonly url: string;
  /** As a scrape target: host and port. */
  readonly address: string;
  scrape(): Promise<Scrape>;
}

export interface Scrape {
  readonly tookMs: number;
  /** The sample's value; undefined without such a series. */
  value(series: string): number | undefined;
}

/** `botPort`: the bot's own port on loopback. */
export async function startSidecar(
  botPort: string | number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Sidecar> {
  const address = `127.0.0.1:${await freePort()}`;
  const program = startProgram('services/metrics-sidecar/main.ts', {
    METRICS_HOST: '127.0.0.1',
    METRICS_PORT: address.split(':')[1] ?? '',
    BOT_METRICS_PORT: String(botPort),
    ...environment,
  });
  await program.says(/serving metrics/);
  const url = `http://${address}`;
  return { ...program, url, address, scrape: () => scrape(`${url}/metrics`) };
}

async function scrape(url: string): Promise<Scrape> {
  const startedMs = systemClock.monotonicMs();
  const text = await (await fetch(url)).text();
  const tookMs = systemClock.monotonicMs() - startedMs;
  const values = seriesOf(text);
  return { tookMs, value: (series) => values.get(series) };
}

/** All samples of a text in Prometheus's format, by name and labels. */
export function seriesOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    parseExposition(text).flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => [
        labels === '' ? name : `${name}{${labels}}`,
        Number(value.replace('Inf', 'Infinity')),
      ]),
    ),
  );
}
