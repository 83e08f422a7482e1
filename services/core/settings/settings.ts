/**
 * The settings of a worker, and of the sidecar beside it. `shared-settings.ts` has those that the functions read too.
 */
import { type LeaseTimes, leaseTimes, leaseTimesProblem, leaseTtlMinSeconds } from '../lease/lease-times.ts';
import {
  type LogLevel,
  type OptionalPart,
  readLogLevel,
  readShared,
  type SettingsLacking,
  type SettingsResult,
  type SharedSettings,
  settingsResult,
} from './shared-settings.ts';
import { type Environment, VariableReader } from './variable-reader.ts';

export interface MetricsSettings {
  readonly host: string;
  readonly sidecarPort: number;
  readonly botPort: number;
}

export interface Settings extends SharedSettings {
  readonly lease: LeaseTimes;
  /** What a worker does while another holds the lock. */
  readonly lockBusy: 'standby' | 'exit';
  readonly longPollTimeoutSeconds: number;
  readonly updatesInFlightMax: number;
  readonly drainTimeoutMs: number;
  readonly metrics: MetricsSettings;
  /** A module path, as given. Undefined: only the shipped handlers. */
  readonly botHandlers: string | undefined;
}

/** As settings, but these parts may be undefined. */
type Lacking<Part extends OptionalPart> = Omit<Settings, Part> & SettingsLacking<Part>;

/**
 * Everything that a worker needs.
 *
 * An optional part is undefined when none of its variables is set; one that is set wrongly, or by half, is still a
 * problem.
 */
export function readSettings(environment: Environment): SettingsResult<Settings>;
export function readSettings<Part extends OptionalPart>(
  environment: Environment,
  options: { readonly optional: readonly Part[] },
): SettingsResult<Lacking<Part>>;
export function readSettings(
  environment: Environment,
  options: { readonly optional: readonly OptionalPart[] } = { optional: [] },
): SettingsResult<Lacking<OptionalPart>> {
  const reader = new VariableReader(environment);
  const { settings: shared, warnings } = readShared(reader, options);
  const settings: Lacking<OptionalPart> = {
    ...shared,
    lease: readLease(reader),
    lockBusy: reader.choice(
      'POLLING_LOCK_BUSY',
      ['standby', 'exit'],
      shared.environment === 'production' ? 'standby' : 'exit',
    ),
    longPollTimeoutSeconds: reader.integer('LONG_POLL_TIMEOUT_SECONDS', { default: 30, min: 0, max: 50 }),
    updatesInFlightMax: reader.integer('UPDATES_IN_FLIGHT_MAX', { default: 1000, min: 1, max: 100_000 }),
    drainTimeoutMs: reader.integer('DRAIN_TIMEOUT_SECONDS', { default: 25, min: 0, max: 110 }) * 1000,
    metrics: readMetrics(reader),
    botHandlers: reader.text('BOT_HANDLERS'),
  };
  return settingsResult(reader, settings, warnings);
}

export interface SidecarSettings {
  readonly metrics: MetricsSettings;
  /** The token that Prometheus must present. Undefined: everybody who reaches the port may scrape. */
  readonly bearerToken: string | undefined;
  readonly logLevel: LogLevel;
}

/** The sidecar runs beside any bot: it needs two addresses, and nothing of the bot's own. */
export function readSidecarSettings(environment: Environment): SettingsResult<SidecarSettings> {
  const reader = new VariableReader(environment);
  const bearerToken = reader.secret('METRICS_BEARER_TOKEN', {
    shape: /^[\x21-\x7e]{16,}$/,
    expected: 'at least 16 visible ASCII characters',
    fix: 'make one with: openssl rand -hex 32',
  });
  return settingsResult(
    reader,
    { metrics: readMetrics(reader), bearerToken, logLevel: readLogLevel(reader) },
    [],
  );
}

function readLease(reader: VariableReader): LeaseTimes {
  const problemsBefore = reader.problems.length;
  const range = { default: 30, min: leaseTtlMinSeconds, max: 3600 };
  const ttlSeconds = reader.integer('POLLING_LOCK_TTL_SECONDS', range);
  const renewSeconds = reader.integer('POLLING_LOCK_RENEW_SECONDS', { default: 10, min: 1, max: 3600 });
  const times = leaseTimes({ ttlMs: ttlSeconds * 1000, renewMs: renewSeconds * 1000 });
  const problem = leaseTimesProblem(times);
  if (problem !== undefined && reader.problems.length === problemsBefore) {
    reader.report('POLLING_LOCK_RENEW_SECONDS', problem);
  }
  return times;
}

function readMetrics(reader: VariableReader): MetricsSettings {
  const hostFormat = {
    shape: /^[A-Za-z0-9.:-]+$/,
    expected: 'an IP address or a host name',
    fix: 'use 0.0.0.0 for every interface',
  };
  const host = reader.formatted('METRICS_HOST', hostFormat) ?? '0.0.0.0';
  const sidecarPort = reader.integer('METRICS_PORT', { default: 9464, min: 1, max: 65_535 });
  const botPort = reader.integer('BOT_METRICS_PORT', { default: 9465, min: 1, max: 65_535 });
  if (sidecarPort === botPort) {
    reader.report('BOT_METRICS_PORT', {
      expected: 'another port than METRICS_PORT',
      got: String(botPort),
      fix: 'give the bot and its sidecar a port each',
    });
  }
  return { host, sidecarPort, botPort };
}
