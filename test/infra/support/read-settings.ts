/** The settings as the processes read them, with stand-ins for what comes out of the secret. */
import * as core from '../../../services/core/settings/settings.ts';

export type Environment = Readonly<Record<string, string>>;

const secrets = {
  TELEGRAM_BOT_TOKEN_PROD: '1:production',
  UPSTASH_REDIS_REST_URL: 'https://store.example.com',
  UPSTASH_REDIS_REST_TOKEN: 'store',
  OPS_LINK_SECRET: 'x'.repeat(48),
};

/** What is wrong with an environment of production. */
export function readSettings(given: Environment): readonly string[] {
  const result = core.readSettings({ ...secrets, ...given });
  return result.ok ? result.warnings : result.problems;
}

/** The name of every variable that the bot's and the sidecar's settings are read from. */
export function namesRead(): ReadonlySet<string> {
  const names = new Set<string>();
  const spy = new Proxy<Record<string, string>>(
    {},
    {
      get: (_target, name) => {
        names.add(String(name));
        return undefined;
      },
    },
  );
  core.readSettings(spy);
  core.readSidecarSettings(spy);
  return names;
}
