import { describe, expect, it } from 'vitest';
import { stateOf } from '../../services/cli/watch.ts';
import type { OpsAnswer, StatusAnswer } from '../../services/core/ops/results.ts';
import { onEachStore } from './on-each-store.ts';

onEachStore((on) => {
  /** Watches until `steps` changes were seen; makes the next change after each. */
  async function watch(line: string, changes: readonly (() => Promise<unknown>)[], more = {}) {
    const ctrlC = new AbortController();
    const seen: string[] = [];
    const waiting = [...changes];
    const typed = await on.run(line, {
      ...more,
      interrupt: ctrlC.signal,
      onAnswer: (text) => {
        seen.push(text);
        const isState = line.includes('--json') || !/^\n?\d{4}-\S+ \S+ UTC\n$/.test(text);
        if (!isState) return;
        const next = waiting.shift();
        if (next === undefined) ctrlC.abort();
        else void next();
      },
    });
    return { typed, seen };
  }

  it('status --json --watch prints one line for each state, until Ctrl-C', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    const changes = [
      async () => {
        // A later heartbeat is no change.
        await on.stage.beat();
        await on.stage.store.command(['DEL', on.stage.keys.lock]);
      },
    ];
    const { typed } = await watch('status --watch --json', changes);
    expect(typed.code).toBe(0);
    const lines = typed.out.trimEnd().split('\n');
    expect(lines.map((one) => (JSON.parse(one) as StatusAnswer).state)).toEqual(['works', 'not-polling']);
  });

  it('status --watch prints the page at each change where there is no terminal', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    const { typed } = await watch('status --watch', [
      () => on.stage.store.command(['DEL', on.stage.keys.lock]),
    ]);
    expect(typed.out.match(/^(The bot works|Nobody polls now).*$/gm)).toEqual([
      'The bot works.',
      'Nobody polls now: nobody holds the polling lock.',
    ]);
    expect(typed.out.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/gm)).toHaveLength(2);
  });

  it('status --watch redraws a terminal each time', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    const { typed } = await watch('status --watch', [async () => {}], { canRedraw: true });
    expect(typed.out.split('\f')).toHaveLength(3);
    expect(typed.out).toContain('Ctrl-C ends this.');
  });

  it('no other command can be watched', async () => {
    expect((await on.run('doctor --watch')).code).toBe(64);
  });
});

describe('the state', () => {
  const status = {
    ok: true,
    action: 'status',
    lock: { value: 'x', revoked: false, ttlSeconds: 20 },
    epoch: 3,
    heartbeatAgeSeconds: 5,
    heartbeat: 'a',
    state: 'works',
    pendingUpdates: 3,
  } as unknown as Extract<OpsAnswer, { action: 'status'; ok: true }>;

  it('is the same whatever ages, counts and renewals say', () => {
    const lock = { value: 'x', revoked: false, ttlSeconds: 5 } as StatusAnswer['lock'];
    const later = { ...status, lock, heartbeatAgeSeconds: 9, heartbeat: 'b', pendingUpdates: 0 };
    expect(stateOf(later)).toBe(stateOf(status));
  });

  it.each([{ lock: null }, { epoch: 4 }, { state: 'down' }, { told: 'x' }, { telegram: 'unreachable' }])(
    'changes with %j',
    (more) => expect(stateOf({ ...status, ...more } as OpsAnswer)).not.toBe(stateOf(status)),
  );

  it('changes when the store fails', () => {
    const failed = { ok: false, error: { code: 'STORE_UNREACHABLE', message: 'away' } } as const;
    expect(stateOf(failed)).not.toBe(stateOf(status));
  });
});
