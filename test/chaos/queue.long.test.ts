/**
 * Queue mode with real processes under load, on every real engine that this machine has, or else on the lab's: both sides
 * are killed, frozen, deployed and cut off, the engine and the store are lossy, slow and away, and some updates are
 * poison.
 *
 * Nothing is lost, each chat keeps its order, only what ran when its consumer ended or lost it is repeated, and at most
 * three attempts begin.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { Prng } from '../simulator/prng.ts';
import { longLease } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';
import { type EngineName, enginesHere, labEngine } from '../support/queue-engines.ts';
import { type ChaosProgram, QueueChaos, type Side, slots } from './support/queue-chaos.ts';

const real = enginesHere().filter((name) => name !== labEngine && name !== 'AWS');
const engines: readonly EngineName[] = real.length > 0 ? real : [labEngine];
const patienceMs = 300_000;
/** A visibility that does not pass while a busy machine stands still. */
const patientSeconds = 30;
/** A chat of its own: the load writes to others. */
const floodedChat = 999;
const sleep = (ms: number): Promise<void> => systemClock.sleep(ms);

describe.each(engines)('queue mode on %s', { timeout: patienceMs }, (name) => {
  let chaos: QueueChaos;
  let prng: Prng;
  beforeEach(() => {
    prng = new Prng(1);
  });
  afterEach(() => chaos.stop());
  const create = async (visibilitySeconds?: number): Promise<void> => {
    chaos = await QueueChaos.create(name, visibilitySeconds);
  };

  async function expectPromisesKept({ repeatsMax }: { readonly repeatsMax: number }): Promise<void> {
    await chaos.done();
    expect(await chaos.broken()).toEqual([]);
    expect(chaos.repeats()).toBeLessThanOrEqual(repeatsMax);
  }

  /** What is disturbed as it starts would end, as it should. */
  const isUp = async (programs: readonly ChaosProgram[]): Promise<void> => {
    await Promise.all(programs.map((program) => program.says(/leading|consuming/)));
  };
  async function startAll(...sides: readonly Side[]): Promise<ChaosProgram[]> {
    const programs = await Promise.all(sides.map((side) => chaos.start(side)));
    await isUp(programs);
    return programs;
  }
  const patient = (side: Side, environment = {}) => chaos.start(side, { ...longLease, ...environment });

  it('loses and repeats nothing when the poller is killed five times', async () => {
    await create(patientSeconds);
    let [, poller] = (await startAll('consumer', 'poller')) as [ChaosProgram, ChaosProgram];
    const loading = chaos.load(13, 300, prng);
    for (let kill = 0; kill < 5; kill++) {
      await sleep(2000);
      await chaos.kill(poller);
      poller = await chaos.start('poller');
    }
    await loading;
    await expectPromisesKept({ repeatsMax: 0 });
  });

  it('loses nothing when programs of both sides are killed at random, and repeats at most what ran', async () => {
    await create();
    const programs = await startAll('poller', 'consumer', 'consumer', 'consumer');
    const loading = chaos.load(12, 300, prng);
    const kills = 7;
    for (let kill = 0; kill < kills; kill++) {
      await sleep(prng.integer(500, 2500));
      const index = prng.integer(0, programs.length - 1);
      const killed = programs[index] as ChaosProgram;
      await chaos.kill(killed);
      programs[index] = await chaos.start(killed.side);
    }
    await loading;
    await expectPromisesKept({ repeatsMax: kills * slots });
  });

  it('lets a consumer that was frozen beyond the visibility neither answer nor remove', async () => {
    await create();
    await chaos.start('poller');
    const frozen = await chaos.start('consumer');
    chaos.send(7, 'slow 1500');
    await until('it begins', () => (chaos.lines().length > 0 ? true : undefined));
    chaos.freeze(frozen);
    const other = await chaos.start('consumer');
    await until('another begins it', () =>
      chaos.lines().some(({ pid }) => pid === other.pid) ? true : undefined,
    );
    frozen.signal('SIGCONT');
    await expectPromisesKept({ repeatsMax: 1 });
    const begins = chaos.lines().filter(({ event }) => event === 'begin');
    expect(begins.map(({ pid, attempt }) => [pid, attempt])).toEqual([
      [frozen.pid, 1],
      [other.pid, 2],
    ]);
    await frozen.says(/lost messages/);
  });

  it('repeats nothing at a deploy of both sides under load', async () => {
    await create(patientSeconds);
    const startPatient = () => Promise.all([patient('poller'), patient('consumer'), patient('consumer')]);
    const old = await startPatient();
    await isUp(old);
    const loading = chaos.load(6, 300, prng);
    await sleep(3000);
    const next = startPatient();
    for (const program of old) program.signal('SIGTERM');
    expect(await Promise.all(old.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    await next;
    await loading;
    await expectPromisesKept({ repeatsMax: 0 });
  });

  it('goes to the queue and back to inline under load, and repeats nothing', async () => {
    await create(patientSeconds);
    const inline = await patient('poller', { HANDLERS: 'inline' });
    await isUp([inline]);
    const loading = chaos.load(18, 200, prng);
    await sleep(3000);
    const poller = await patient('poller');
    const consumer = await chaos.start('consumer');
    inline.signal('SIGTERM');
    expect(await inline.ended).toBe(0);
    await isUp([poller, consumer]);
    await sleep(5000);
    poller.signal('SIGTERM');
    expect(await poller.ended).toBe(0);
    await until('the queue is empty', async () => {
      const { visible, inFlight } = await chaos.depth();
      return visible + inFlight === 0 ? true : undefined;
    });
    consumer.signal('SIGTERM');
    expect(await consumer.ended).toBe(0);
    await patient('poller', { HANDLERS: 'inline' });
    await loading;
    await expectPromisesKept({ repeatsMax: 0 });
  });

  it('goes through a queue that loses answers, is slow, and is away for longer than the visibility', async () => {
    await create();
    const consumers = await startAll('poller', 'consumer', 'consumer');
    const loading = chaos.load(20, 100, prng);
    chaos.queue = () => {
      const roll = prng.unit();
      return roll < 0.1 ? 'lose the answer' : roll < 0.15 ? 'lose the request' : 'forward';
    };
    await sleep(5000);
    chaos.queue = () => sleep(prng.integer(100, 700)).then(() => 'forward');
    await sleep(4000);
    chaos.queue = () => (prng.happens(0.5) ? 'lose the request' : 'hang');
    for (const consumer of consumers) chaos.disturb(consumer);
    await sleep(8000);
    chaos.queue = () => 'forward';
    await loading;
    await expectPromisesKept({ repeatsMax: 2 * slots });
  });

  it('goes on when the store is away, and when a consumer is cut off from the queue alone', async () => {
    await create();
    const [, killed, cutOff] = await startAll('poller', 'consumer', 'consumer');
    const loading = chaos.load(20, 100, prng);
    await sleep(2000);
    await chaos.kill(killed as ChaosProgram);
    await chaos.start('consumer');
    chaos.store = () => (prng.happens(0.5) ? 'lose the request' : 'hang');
    await sleep(5000);
    chaos.store = () => 'forward';
    await sleep(3000);
    chaos.cutOff(cutOff as ChaosProgram);
    await sleep(8000);
    chaos.reconnect(cutOff as ChaosProgram);
    await loading;
    await expectPromisesKept({ repeatsMax: 2 * slots });
  });

  it('finds poison, which costs others one attempt at most; its chat and all others go on', async () => {
    await create();
    let [, consumer] = (await startAll('poller', 'consumer')) as [ChaosProgram, ChaosProgram];
    const poison = chaos.send(3, 'kill 50');
    for (let attempt = 1; attempt <= 3; attempt++) {
      chaos.sendSome(30, prng);
      chaos.disturb(consumer);
      expect(await consumer.ended).toBe('SIGKILL');
      consumer = await chaos.start('consumer');
    }
    chaos.send(3, 'fast');
    await expectPromisesKept({ repeatsMax: 2 + 3 * slots });
    expect(await chaos.dead()).toEqual(new Set([poison]));
    const begins = chaos.lines().filter(({ event }) => event === 'begin');
    const attemptsOf = (isPoison: boolean): readonly number[] =>
      begins.filter(({ number }) => (number === poison) === isPoison).map(({ attempt }) => attempt);
    expect(attemptsOf(true)).toEqual([1, 2, 3]);
    expect(Math.max(...attemptsOf(false))).toBeLessThanOrEqual(2);
  });

  it('handles a flood of one chat in order, and others beside it', async () => {
    await create();
    const [, killed] = await startAll('poller', 'consumer', 'consumer');
    for (let index = 0; index < 200; index++) chaos.send(floodedChat, 'fast');
    const loading = chaos.load(6, 100, prng);
    await sleep(2000);
    await chaos.kill(killed as ChaosProgram);
    await chaos.start('consumer');
    await loading;
    await expectPromisesKept({ repeatsMax: slots });
  });
});

describe('queue mode on the lab’s engine', { timeout: patienceMs }, () => {
  it('loses and repeats nothing when single entries of a batch fail, and answers are lost', async () => {
    const chaos = await QueueChaos.create(labEngine, patientSeconds);
    await chaos.start('poller');
    await chaos.start('consumer');
    const loading = chaos.load(5, 200, new Prng(1));
    for (const call of ['SendMessageBatch', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch'])
      for (const kind of ['lost answer', 'partial'] as const)
        chaos.fixture.sqs.fault({ kind, call, times: 20 });
    await loading;
    await chaos.done();
    expect(await chaos.broken()).toEqual([]);
    expect(chaos.repeats()).toBe(0);
    await chaos.stop();
  });
});
