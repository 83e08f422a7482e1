import { describe, expect, it } from 'vitest';
import { readLabSettings } from '../../../services/lab/settings/lab-settings.ts';

describe('readLabSettings', () => {
  it('defaults to production speed and the first free port from 8080 on', () => {
    const read = readLabSettings({}, []);
    expect(read).toMatchObject({ ok: true, settings: { speed: 1 } });
    expect(read.ok && [read.settings.ports[0], read.settings.ports.at(-1)]).toEqual([8080, 8099]);
    expect(readLabSettings({ LAB_PORT: '9000' }, [])).toMatchObject({ settings: { ports: [9000] } });
  });

  it.each([
    [['--speed', '10'], 10],
    [['--speed=60'], 60],
  ])('takes %j', (words, speed) => {
    expect(readLabSettings({}, words)).toMatchObject({ ok: true, settings: { speed, handlers: 'inline' } });
  });

  it.each(['inline', 'queue'])('takes --handlers %s', (handlers) => {
    expect(readLabSettings({}, ['--handlers', handlers])).toMatchObject({ ok: true, settings: { handlers } });
  });

  it.each([
    [['--handlers', 'sqs']],
    [['--handlers', '']],
    [['--handlers']],
    [['--speed', '0']],
    [['--speed', '61']],
    [['--speed', '1.5']],
    [['--speed', 'fast']],
    [['--speed']],
    [['--port', '1']],
    [['10']],
  ])('refuses %j in one line', (words) => {
    const read = readLabSettings({}, words);
    expect(read.ok).toBe(false);
    if (!read.ok)
      expect(read.problems).toEqual([expect.stringMatching(/expected .*, got .*; write it like/)]);
  });

  it('reports all that is wrong together', () => {
    const read = readLabSettings({ LAB_PORT: '8000-8010' }, ['--speed', '0', '--handlers', 'none']);
    if (read.ok) throw new Error('expected problems');
    expect(read.problems.map((problem) => problem.split(':')[0])).toEqual([
      'LAB_PORT',
      '--speed',
      '--handlers',
    ]);
  });

  it('passes no credentials of real bots and stores to its children', () => {
    const secrets = { TELEGRAM_BOT_TOKEN: 'x', UPSTASH_REDIS_REST_TOKEN: 'y', AWS_SECRET_ACCESS_KEY: 'z' };
    const read = readLabSettings({ ...secrets, PATH: '/bin', BOT_HANDLERS: './features.ts' }, []);
    expect(read).toMatchObject({
      settings: { childEnvironment: { PATH: '/bin' }, botEnvironment: { BOT_HANDLERS: './features.ts' } },
    });
    expect(JSON.stringify(read)).not.toMatch(/TELEGRAM|UPSTASH|AWS/);
  });

  it('passes the variables of the user’s own module, but none of the bot’s or the platform’s', () => {
    const environment = {
      LUNCH_CRON: '* * * * *',
      DRAIN_TIMEOUT_SECONDS: '1',
      NODE_OPTIONS: '-x',
      https_proxy: 'x',
    };
    const read = readLabSettings({ ...environment, BOT_HANDLERS: './features.ts' }, []);
    expect(read).toMatchObject({
      settings: { botEnvironment: { BOT_HANDLERS: './features.ts', LUNCH_CRON: '* * * * *' } },
    });
    expect(JSON.stringify(read)).not.toMatch(/DRAIN|NODE_OPTIONS|proxy/);
    expect(readLabSettings(environment, [])).toMatchObject({ settings: { botEnvironment: {} } });
  });
});
