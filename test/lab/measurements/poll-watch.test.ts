import { beforeEach, describe, expect, it } from 'vitest';
import { forBot } from '../../../services/lab/measurements/lab-measurements.ts';
import { PollWatch } from '../../../services/lab/measurements/poll-watch.ts';
import type { EmulatorEvent, EventListener } from '../../../services/lab/telegram-emulator/events.ts';
import { startTelegramEmulator } from '../../../services/lab/telegram-emulator/server.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('PollWatch', () => {
  let clock: VirtualClock;
  let watch: PollWatch;
  let hear: EventListener = () => undefined;

  beforeEach(() => {
    clock = new VirtualClock();
    watch = new PollWatch({
      clock,
      emulator: {
        onEvent: (listener) => {
          hear = listener;
          return () => undefined;
        },
      },
    });
  });

  const tell = (type: EmulatorEvent['type'], pollId: number, client = 'a'): void =>
    hear({ seq: 0, atMs: 0, botId: 1, type, details: { pollId, client } });

  it('measures the longest time without a poll, including a current one', async () => {
    tell('poll-opened', 1);
    const session = watch.begin();
    await clock.advance(100);
    tell('poll-closed', 1);
    await clock.advance(30);
    tell('poll-opened', 2);
    expect(session.longestPauseMs).toBe(30);
    tell('poll-abandoned', 2);
    await clock.advance(70);
    expect(session.longestPauseMs).toBe(70);
    expect(session.polls).toBe(1);
  });

  it('counts no pause while another client polls', async () => {
    tell('poll-opened', 1, 'a');
    const session = watch.begin();
    tell('poll-opened', 2, 'b');
    tell('poll-closed', 1, 'a');
    await clock.advance(500);
    expect(session.longestPauseMs).toBe(0);
  });

  it('does not count a frozen client’s open poll', async () => {
    tell('poll-opened', 1, 'frozen');
    const session = watch.begin();
    session.disown();
    await clock.advance(400);
    tell('poll-closed', 1, 'frozen');
    await clock.advance(100);
    tell('poll-opened', 2, 'b');
    expect(session.longestPauseMs).toBe(500);
    expect(session.disownedPolls).toBe(0);
    tell('poll-opened', 3, 'frozen');
    expect(session.disownedPolls).toBe(1);
  });

  it('counts the polls of a client that woke up in time', () => {
    tell('poll-opened', 1, 'frozen');
    const session = watch.begin();
    session.disown();
    session.own();
    expect(session.isPolled).toBe(true);
    tell('poll-opened', 2, 'frozen');
    expect(session.disownedPolls).toBe(0);
  });

  it('ignores the rogue poller’s polls', async () => {
    watch.ignore('rogue');
    const session = watch.begin();
    tell('poll-opened', 1, 'rogue');
    tell('conflict', 1, 'rogue');
    await clock.advance(50);
    expect(session.longestPauseMs).toBe(50);
    expect(session).toMatchObject({ polls: 0, conflicts: 0 });
    tell('conflict', 2, 'a');
    expect(session.conflicts).toBe(1);
  });

  it('starts each session from zero', async () => {
    tell('poll-opened', 1);
    tell('poll-closed', 1);
    await clock.advance(900);
    const session = watch.begin();
    await clock.advance(5);
    expect(session.longestPauseMs).toBe(5);
  });
});

it('passes on the events of the lab’s own bot alone, although the emulator serves every token', async () => {
  const emulator = await startTelegramEmulator();
  try {
    const watch = new PollWatch({ clock: new VirtualClock(), emulator: forBot('77:own', emulator) });
    const session = watch.begin();
    const poll = (token: string) => fetch(`${emulator.url}/bot${token}/getUpdates`);
    await poll('78:other');
    expect(session.polls).toBe(0);
    await poll('77:own');
    expect(session.polls).toBe(1);
  } finally {
    await emulator.close();
  }
});
