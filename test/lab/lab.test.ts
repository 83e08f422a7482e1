import { type AddressInfo, createServer } from 'node:net';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ApiState } from '../../services/lab/control-room/api.ts';
import { freePorts } from '../../services/lab/processes/free-ports.ts';
import { type } from '../cli/keyboard.ts';
import { isAlive, type LabProcess, launchLab, pidsOf, runLab, startLab } from '../support/lab.ts';

const patience = { timeout: 30_000, interval: 100 };
const anna = 1001;
const boris = 2001;

function botTexts({ chats }: ApiState, personId: number): string[] {
  const messages = chats.find(({ person }) => person.id === personId)?.messages ?? [];
  return messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
}

const isHelp = (text: string): boolean => text.includes('/get_chat_id');

function hasLeaderAndStandby({ leader, workers }: ApiState): boolean {
  const roles = workers.map(({ role }) => role).sort();
  return (
    roles.join() === 'leader,standby' && leader?.worker === workers.find((one) => one.role === 'leader')?.name
  );
}

describe('the lab', () => {
  let lab: LabProcess;

  beforeAll(async () => {
    const environment = {
      // A developer's settings for real bots and stores must not get in.
      TELEGRAM_BOT_TOKEN: '123:a-real-token-of-the-developer',
      UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9/real-store',
      ENVIRONMENT: 'staging',
    };
    lab = await startLab({ args: ['--speed', '30'], environment });
  });

  afterAll(async () => {
    await lab.stop();
  });

  it('is ready when one worker polls and the other stands by', async () => {
    const state = await lab.state();
    expect(hasLeaderAndStandby(state)).toBe(true);
    expect(state.leader).toMatchObject({ epoch: 1, quarantine: false, revoked: false });
    // A deliberately new store makes no worker wait.
    expect(state.log.filter(({ message }) => message.includes('knows no epoch'))).toEqual([]);
    expect(state.leader?.pid).toBe(state.workers.find(({ role }) => role === 'leader')?.pid);
    expect(state.heartbeat.ageSeconds).toBeLessThan(10);
    expect(state.workers.find(({ role }) => role === 'standby')?.waitingFor).toContain(
      `pid ${state.leader?.pid}`,
    );
  });

  it('serves the metrics of each worker and its sidecar at the stated addresses', async () => {
    const { urls } = await lab.state();
    const pages = [...urls.sidecars, ...urls.botMetrics];
    expect(pages).toHaveLength(4);
    const shows = async (url: string, series: string): Promise<boolean> =>
      (await (await fetch(`${url}/metrics`)).text()).includes(series);
    for (const url of pages) await vi.waitUntil(() => shows(url, 'staffprobot_bot_polling_leader'), patience);
    for (const url of urls.sidecars)
      await vi.waitUntil(() => shows(url, 'staffprobot_sidecar_bot_up 1'), patience);
  });

  it('holds a conversation in the language of the person', async () => {
    await lab.post('/api/chat', { text: '/start', as: anna, locale: 'ru' });
    const state = await lab.waitFor((seen) => botTexts(seen, anna).length === 1, 'an answer');
    expect(botTexts(state, anna)[0]).toMatch(/^Здравствуйте/);
    const { messages } = state.chats.find(({ person }) => person.id === anna) ?? { messages: [] };
    expect(messages.map(({ from }) => from)).toEqual(['person', 'bot']);
    await lab.waitFor((seen) => seen.pendingUpdates === 0, 'a confirmed update');
  });

  it('is what the command line acts on with --lab', async () => {
    const environment = { LAB_PORT: new URL(lab.url).port };
    const status = await type('status --lab --json', { environment });
    expect(status.json()).toMatchObject({
      ok: true,
      state: 'works',
      ecs: { desired: 2 },
      telegram: 'reachable',
    });
  });

  it('knows its superadmins', async () => {
    await lab.post('/api/chat', { text: '/status', as: boris, locale: 'en' });
    const state = await lab.waitFor((seen) => botTexts(seen, boris).length === 1, 'an answer');
    expect(botTexts(state, boris)[0]).toContain(`pid ${state.leader?.pid}`);
  });

  it('moves the lock to the standby when the leader is killed by its pid, and the conversation goes on', async () => {
    const before = await lab.waitFor(hasLeaderAndStandby, 'a leader and a standby');
    const standby = before.workers.find(({ role }) => role === 'standby');
    process.kill(before.leader?.pid ?? Number.NaN, 'SIGKILL');
    await lab.post('/api/chat', { text: '/help', as: anna, locale: 'en' });
    const after = await lab.waitFor((seen) => botTexts(seen, anna).some(isHelp), 'an answer by the standby');
    expect(after.leader?.pid).toBe(standby?.pid);
    expect(after.audit?.map(({ event }) => event)).toContain('task-stopped');
    const healed = await lab.waitFor(hasLeaderAndStandby, 'a new standby');
    expect(healed.stoppedWorkers[0]).toMatchObject({ pid: before.leader?.pid, exit: { signal: 'SIGKILL' } });
  });

  it('alerts every superadmin in every channel when both workers hang, and again when they are back', async () => {
    await lab.post('/api/locale', { locale: 'en' });
    const { workers } = await lab.waitFor(hasLeaderAndStandby, 'a leader and a standby');
    for (const { pid } of workers) await lab.post('/api/workers/signal', { pid, signal: 'SIGSTOP' });
    const told = (seen: ApiState, title: string): boolean =>
      ['2001', '2002'].every((id) => seen.inbox?.[id]?.notifications[0]?.title.includes(title)) &&
      [2001, 2002].every((id) =>
        seen.telegramMessages.some(({ to, text }) => to === id && text.includes(title)),
      ) &&
      seen.sns.some(({ message }) => message.includes(title));
    const down = await lab.waitFor((seen) => told(seen, 'The bot has been silent'), 'the alert everywhere');
    expect(down.outage?.id).toBe(down.alertFlag);
    for (const { pid } of workers) await lab.post('/api/workers/signal', { pid, signal: 'SIGCONT' });
    const up = await lab.waitFor((seen) => told(seen, 'works again'), 'the news of the recovery everywhere');
    expect(up).toMatchObject({ outage: null, alertFlag: null });
    await lab.waitFor(hasLeaderAndStandby, 'a leader and a standby');
  });

  it('starts new workers first when ops restarts them', async () => {
    const before = await lab.waitFor(hasLeaderAndStandby, 'a leader and a standby');
    const old = before.workers.map(({ pid }) => pid);
    expect(await lab.post('/api/ops', { action: 'restart' })).toMatchObject({ ok: true, restarted: true });
    const after = await lab.waitFor(
      (seen) => hasLeaderAndStandby(seen) && seen.workers.every(({ pid }) => !old.includes(pid)),
      'new workers only',
    );
    expect(after.stoppedWorkers.slice(0, 2).map(({ exit }) => exit.code)).toEqual([0, 0]);
  });

  it('recovers on demand and reports every step', async () => {
    const answer = await lab.post('/api/ops', { action: 'recover', dropUpdates: true });
    expect(answer).toMatchObject({ ok: true });
    expect(answer['steps']).toMatchObject([
      { step: 'release-lock', outcome: 'done' },
      { step: 'drop-updates', outcome: 'done' },
      { step: 'restart', outcome: 'done' },
      { step: 'fresh-heartbeat', outcome: 'done' },
    ]);
    const { audit } = await lab.waitFor(hasLeaderAndStandby, 'a leader and a standby');
    expect(audit?.find(({ event }) => event === 'restarted')).toMatchObject({ who: 'control room' });
  });

  it('refuses a bad payload and changes nothing', async () => {
    expect(await lab.post('/api/ops', { action: 'explode' })).toMatchObject({
      ok: false,
      error: { code: 'UNKNOWN_ACTION' },
    });
    expect(await lab.post('/api/workers/signal', { pid: process.pid, signal: 'SIGKILL' })).toMatchObject({
      ok: false,
    });
    expect(await lab.post('/api/chat', { text: ' ', as: anna })).toMatchObject({ ok: false });
    expect(await lab.post('/api/chat', { text: 'x', as: 1 })).toMatchObject({ ok: false });
  });

  it('refuses other web pages', async () => {
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of foreign) {
      expect((await fetch(`${lab.url}/api/state`, { headers })).status).toBe(403);
    }
    const body = JSON.stringify({ action: 'restart' });
    const asForm = await fetch(`${lab.url}/api/ops`, { method: 'POST', body });
    expect(asForm.status).toBe(415);
  });

  it('sends no token to its page', async () => {
    const { urls } = await lab.state();
    const response = await fetch(`${lab.url}/api/events`);
    let seen = '';
    for await (const chunk of response.body ?? []) {
      seen += Buffer.from(chunk).toString('utf8');
      if (seen.includes('event: chats')) break;
    }
    expect(seen).toContain('event: now');
    expect(seen).not.toContain(urls.botToken);
    expect(seen).not.toContain(urls.redisToken);
  });

  it('ends everything on SIGTERM, frozen workers too, and leaves nothing', async () => {
    const state = await lab.state();
    const pids = pidsOf(state);
    expect(pids).toHaveLength(4);
    process.kill(state.leader?.pid ?? Number.NaN, 'SIGSTOP');
    const { code, stdout, stderr } = await lab.stop();
    expect(code).toBe(0);
    expect(stdout).toBe(`ready ${lab.url}\n`);
    expect(stderr).toMatch(/^speed 30: the monitor runs every 2 s, .*stale after 10 s.*\n$/);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('the lab’s end', () => {
  it('ends every process if the lab is killed, even a frozen one', async () => {
    const lab = await startLab();
    const state = await lab.state();
    const pids = pidsOf(state);
    process.kill(state.leader?.pid ?? Number.NaN, 'SIGSTOP');
    lab.child.kill('SIGKILL');
    await vi.waitUntil(() => !pids.some(isAlive), patience);
  });

  it('follows the end of npm, whose shell does not pass the signal on', async () => {
    const { child, said } = launchLab({ throughShell: true, environment: { npm_command: 'start' } });
    await vi.waitUntil(() => said.stdout.startsWith('ready '), patience);
    const url = said.stdout.slice('ready '.length).trim();
    const pids = pidsOf((await (await fetch(`${url}/api/state`)).json()) as ApiState);
    child.kill('SIGTERM');
    await vi.waitUntil(
      async () => !pids.some(isAlive) && !(await answers(Number(new URL(url).port))),
      patience,
    );
  });

  it('is as clean on Ctrl-C during the start', async () => {
    const [port = 0] = await freePorts(1);
    const { child, finished } = launchLab({ environment: { LAB_PORT: String(port) } });
    await vi.waitUntil(() => answers(port), { timeout: 30_000, interval: 20 });
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(ready \S+\n)?$/);
  });
});

describe('the lab with nothing but Node', () => {
  it('uses the embedded store if there is no redis-server', async () => {
    const lab = await startLab({ environment: { PATH: dirname(process.execPath) } });
    try {
      const state = await lab.state();
      expect(state.store).toBe('embedded');
      await lab.post('/api/chat', { text: '/start', as: anna, locale: 'en' });
      await lab.waitFor((seen) => botTexts(seen, anna).length === 1, 'an answer');
      process.kill(state.leader?.pid ?? Number.NaN, 'SIGKILL');
      await lab.post('/api/chat', { text: '/help', as: anna, locale: 'en' });
      // The first message may come again: the leader may not have had time to confirm it.
      await lab.waitFor((seen) => botTexts(seen, anna).some(isHelp), 'an answer by the standby');
    } finally {
      expect((await lab.stop()).code).toBe(0);
    }
  });
});

describe('a start that fails', () => {
  it('names a busy port in one line', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await vi.waitUntil(() => server.listening);
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await runLab({ environment: { LAB_PORT: String(port) } });
    server.close();
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^LAB_PORT: expected a free port, got ${port}, .*\n$`));
  });

  it.each(['8000-8010', 'http', '70000', '-1'])('refuses LAB_PORT=%s in one line', async (value) => {
    const { code, stderr } = await runLab({ environment: { LAB_PORT: value } });
    expect(code).toBe(78);
    expect(stderr).toMatch(/^LAB_PORT: expected one port, .*got ".*; .*\n$/);
    expect(stderr).toContain(`"${value}"`);
  });

  it('reports why a worker refuses to start, with its exit code', async () => {
    const { code, stdout, stderr } = await runLab({ environment: { BOT_HANDLERS: './no-such-module.ts' } });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^BOT_HANDLERS: expected a module .*\n$/);
  });
});

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch {
    return false;
  }
}
