import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { withSecrets } from '../../services/adapters/secrets.ts';
import { readHandlersSettings } from '../../services/core/settings/queue-settings.ts';
import { readSettings, readSidecarSettings } from '../../services/core/settings/settings.ts';
import { variableNames } from '../../services/core/settings/variable-names.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';
import { readLabSettings } from '../../services/lab/settings/lab-settings.ts';

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const example = parseEnv(text);
/** Variables of every program, not settings of ours. */
const foreign = /^(AWS_|CDK_|NODE_|CI$|REQUIRE_REAL$|PATH$|HOME$|TZ$|LANG$|TMPDIR$)/;

/** The names that are requested while an environment is read. */
async function namesRead(values: Environment = {}): Promise<string[]> {
  const names = new Set<string>();
  const environment = new Proxy(values, {
    get(target, name) {
      if (typeof name === 'string' && /^[A-Z]/.test(name)) names.add(name);
      return Reflect.get(target, name);
    },
  });
  readSettings(environment);
  readSidecarSettings(environment);
  readHandlersSettings(environment);
  readLabSettings(environment, []);
  await withSecrets(environment);
  return [...names].filter((name) => !foreign.test(name)).sort();
}

describe('.env.example', () => {
  it('lists exactly the names that the programs read', async () => {
    const read = new Set([...(await namesRead()), ...(await namesRead({ ENVIRONMENT: 'production' }))]);
    expect(Object.keys(example).sort()).toEqual([...read].sort());
  });

  it('lists exactly the names that a misspelt one is compared with', () => {
    expect(Object.keys(example).sort()).toEqual([...variableNames].sort());
  });

  it('states the actual defaults', () => {
    const needed = {
      TELEGRAM_BOT_TOKEN_DEV: '1:token',
      UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1',
      UPSTASH_REDIS_REST_TOKEN: 'token',
    };
    const { PATH: _, ...lab } = { ...example };
    expect(readSettings({ ...example, ...needed })).toEqual(readSettings(needed));
    const queue = { HANDLERS: 'queue', UPDATES_QUEUE_URL: 'https://sqs.example/updates.fifo' };
    expect(readHandlersSettings({ ...example, ...queue })).toEqual(readHandlersSettings(queue));
    expect(readLabSettings(lab, [])).toMatchObject({ settings: { ports: [8080] } });
    const read = readLabSettings({}, []);
    expect(read.ok && read.settings.ports[0]).toBe(8080);
  });

  it('explains every name in the line above it', () => {
    const lines = text.split('\n');
    const bare = lines.filter((line, at) => /^[A-Z_]+=/.test(line) && !/^# [A-Z]/.test(lines[at - 1] ?? ''));
    expect(bare).toEqual([]);
  });
});
