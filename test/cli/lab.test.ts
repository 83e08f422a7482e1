import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { findLab, portsTried } from '../../services/cli/lab.ts';
import { type ControlRoom, openControlRoom } from '../../services/lab/control-room/server.ts';
import { labPortsDefault } from '../../services/lab/settings/lab-settings.ts';
import { onEachStore } from './on-each-store.ts';

let server: Server | undefined;
let room: ControlRoom | undefined;
afterEach(async () => {
  server?.close();
  server?.closeAllConnections();
  await room?.close();
  server = undefined;
  room = undefined;
});

/** A program that gives this answer to everything. Returns its port, as `LAB_PORT` has it. */
async function listening(answer: unknown): Promise<string> {
  const opened = createServer((_request, response) => response.end(JSON.stringify(answer)));
  server = opened;
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  return String((opened.address() as AddressInfo).port);
}

onEachStore((on) => {
  it('--lab acts on the lab instead of one’s own bot, and says where it is', async () => {
    const value = await on.stage.takeLock();
    const lab = { ok: true, environment: on.stage.environment() };
    const port = await listening(lab);
    const environment = {
      LAB_PORT: port,
      UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1',
      ENVIRONMENT: 'production',
    };
    const status = await on.run('status --lab --json', { environment });
    expect(status.json()).toMatchObject({ ok: true, lock: { value } });
    expect(status.err).toBe(`on the lab at http://127.0.0.1:${port}\n`);
    expect((await on.run('status --lab --quiet', { environment })).err).toBe('');
    // The lock is held and nobody polls: the advice can be pasted as it is.
    const doctor = await on.run('doctor --lab --json', { environment });
    expect(doctor.json()['command']).toMatch(/^npx staffprobot .* --lab$/);
    const both = await on.run('status --lab --function ops', { environment });
    expect(both).toMatchObject({
      code: 64,
      err: expect.stringContaining('--lab: leave it out with --function'),
    });
  });

  it('one’s own bot is untouched when no lab runs', async () => {
    const environment = on.stage.environment({ LAB_PORT: '1' });
    const typed = await on.run('release-lock --lab --yes --json', { environment });
    expect(typed.code).toBe(69);
    expect(typed.json()).toMatchObject({ ok: false, error: { code: 'LAB_UNREACHABLE' } });
    expect(typed.err).toMatch(
      /^--lab: expected a lab on port 1 \(LAB_PORT\) .* found none; start it with "npm start"/,
    );
  });
});

it('looks where npm start takes its port: on the first free one', async () => {
  const port = Number(await listening({ ok: true }));
  room = await openControlRoom(port, 0);
  expect(new URL(room.url).port).not.toBe(String(port));
  await expect(openControlRoom(port)).rejects.toThrow('EADDRINUSE');
  expect(portsTried).toEqual(labPortsDefault);
});

it('refuses a LAB_PORT that is none', async () => {
  await expect(findLab({ LAB_PORT: 'x' })).rejects.toThrow(
    'LAB_PORT: expected the port of the lab’s page, got "x"',
  );
});

it.each([
  { answer: { ok: true }, why: 'another program' },
  { answer: { environment: { UPSTASH_REDIS_REST_URL: 7 } }, why: 'a foreign shape' },
  { answer: null, why: 'no object' },
])('does not take for a lab: $why', async ({ answer }) => {
  await expect(findLab({ LAB_PORT: await listening(answer) })).rejects.toThrow('found none');
});

it('says that a lab is still starting', async () => {
  room = await openControlRoom(0);
  const { port } = new URL(room.url);
  await expect(findLab({ LAB_PORT: port })).rejects.toThrow('the lab is still starting');
});
