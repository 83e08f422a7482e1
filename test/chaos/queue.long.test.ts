/**
 * Queue mode with real processes under load, while the poller and the consumers are killed and frozen and the queue loses
 * answers: on the lab's engine, and on every real one that this machine has.
 *
 * Nothing is lost, each chat keeps its order, and only what ran when its consumer ended is repeated.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { Prng } from '../simulator/prng.ts';
import { botToken, keys, type WorkerProcess } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';
import { enginesHere, type QueueEngine, startEngine } from '../support/queue-engines.ts';
import { type QueueFixture, startQueueFixture } from '../support/queue-fixture.ts';
import {
  brokenPromises,
  firstEnds,
  type Line,
  readLines,
  type SentUpdate,
} from './support/delivery-record.ts';
import { recordFile } from './support/recording-handlers.ts';

const chats = 60;
const slots = 20;
const perSecond = 200;
const patienceMs = 180_000;

describe.each(enginesHere().filter((name) => name !== 'AWS'))(
  'queue mode on %s',
  { timeout: patienceMs },
  (name) => {
    let engine: QueueEngine;
    let fixture: QueueFixture;
    let folder: string;
    let sent: SentUpdate[];
    let programs: WorkerProcess[];
    let environment: Readonly<Record<string, string>>;

    beforeEach(async () => {
      engine = await startEngine(name);
      const url = await engine.newQueue();
      fixture = await startQueueFixture(name === 'the lab’s engine' ? {} : { queueUrl: url });
      folder = mkdtempSync(join(tmpdir(), 'queue-chaos-'));
      writeFileSync(join(folder, recordFile), '');
      sent = [];
      programs = [];
      environment = {
        BOT_HANDLERS: './test/chaos/support/recording-handlers.ts',
        DELIVERY_FOLDER: folder,
        HANDLER_SLOTS: String(slots),
      };
    });
    afterEach(async () => {
      await fixture.stop();
      await engine.stop();
      rmSync(folder, { recursive: true });
    });

    const lines = (): Line[] => readLines(join(folder, recordFile));

    async function start(kind: 'poller' | 'consumer'): Promise<WorkerProcess> {
      const program = await fixture[kind](environment);
      programs.push(program);
      return program;
    }

    function send(count: number, prng: Prng): void {
      for (let index = 0; index < count; index++) {
        const number = sent.length + 1;
        const chatId = prng.integer(1, chats);
        const what = prng.happens(0.7) ? 'fast' : `slow ${prng.integer(1, 100)}`;
        sent.push({ number, chatId, what });
        fixture.telegram.pushText(botToken, { chatId, text: `${number} ${what}` });
      }
    }

    /** Sends at a steady pace for so long. */
    async function load(seconds: number, prng: Prng): Promise<void> {
      const ticks = seconds * 10;
      for (let tick = 0; tick < ticks; tick++) {
        send(perSecond / 10, prng);
        await systemClock.sleep(100);
      }
    }

    async function done(): Promise<void> {
      await until('every update has ended', () => {
        const ended = firstEnds(lines());
        return sent.every(({ number }) => ended.has(number)) ? true : undefined;
      });
    }

    /** Whoever held a message when it ended may see it repeated. */
    async function expectPromisesKept(): Promise<void> {
      await done();
      const names = (await fixture.store.command(['HKEYS', keys.dead])) as readonly string[];
      const ends = programs.map(({ pid }) => ({ pid, lineCount: 0, mayRepeat: undefined }));
      expect(brokenPromises({ sent, lines: lines(), dead: new Set(names.map(Number)), ends })).toEqual([]);
    }

    const repeats = (): number => lines().filter(({ event }) => event === 'begin').length - sent.length;

    it('loses and repeats nothing when the poller is killed five times', async () => {
      const prng = new Prng(1);
      await start('consumer');
      let poller = await start('poller');
      const loading = load(20, prng);
      for (let kill = 0; kill < 5; kill++) {
        await systemClock.sleep(3000);
        poller.signal('SIGKILL');
        await poller.ended;
        poller = await start('poller');
      }
      await loading;
      await expectPromisesKept();
      expect(repeats()).toBe(0);
    });

    it('loses nothing when consumers are killed five times, and repeats at most what ran', async () => {
      const prng = new Prng(2);
      await start('poller');
      const consumers = [await start('consumer'), await start('consumer')];
      const loading = load(15, prng);
      for (let kill = 0; kill < 5; kill++) {
        await systemClock.sleep(2500);
        const consumer = consumers.shift();
        consumer?.signal('SIGKILL');
        await consumer?.ended;
        consumers.push(await start('consumer'));
      }
      await loading;
      await expectPromisesKept();
      expect(repeats()).toBeLessThanOrEqual(5 * slots);
    });

    it('lets a consumer that was frozen beyond the visibility neither answer nor remove', async () => {
      await start('poller');
      const frozen = await start('consumer');
      fixture.telegram.pushText(botToken, { chatId: 7, text: '1 slow 1500' });
      sent.push({ number: 1, chatId: 7, what: 'slow 1500' });
      await until('it begins', () => (lines().length > 0 ? true : undefined));
      frozen.signal('SIGSTOP');
      const other = await start('consumer');
      await until('another begins it', () =>
        lines().some(({ pid }) => pid === other.pid) ? true : undefined,
      );
      frozen.signal('SIGCONT');
      await expectPromisesKept();
      const begins = lines().filter(({ event }) => event === 'begin');
      expect(begins.map(({ pid, attempt }) => [pid, attempt])).toEqual([
        [frozen.pid, 1],
        [other.pid, 2],
      ]);
      await frozen.says(/lost messages/);
    });

    it('goes on where it was after a deploy of both sides under load', async () => {
      const prng = new Prng(3);
      const poller = await start('poller');
      const consumer = await start('consumer');
      const loading = load(8, prng);
      await systemClock.sleep(3000);
      const next = [start('poller'), start('consumer')];
      poller.signal('SIGTERM');
      consumer.signal('SIGTERM');
      expect(await Promise.all([poller.ended, consumer.ended])).toEqual([0, 0]);
      await Promise.all(next);
      await loading;
      await expectPromisesKept();
      expect(repeats()).toBe(0);
    });

    if (name === 'the lab’s engine') {
      it('loses and repeats nothing when the engine loses answers, fails entries and goes away', async () => {
        const prng = new Prng(4);
        await start('poller');
        await start('consumer');
        const loading = load(12, prng);
        for (const call of ['SendMessageBatch', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch']) {
          fixture.sqs.fault({ kind: 'lost answer', call, times: 5 });
          fixture.sqs.fault({ kind: 'partial', call, times: 5 });
        }
        await systemClock.sleep(5000);
        fixture.sqs.fault({ kind: 'unavailable' });
        await systemClock.sleep(3000);
        fixture.sqs.clearFaults();
        await loading;
        await expectPromisesKept();
        expect(repeats()).toBe(0);
      });
    }

    it('finds the poison, and its chat and all others go on', async () => {
      const prng = new Prng(5);
      await start('poller');
      let consumer = await start('consumer');
      const number = sent.length + 1;
      sent.push({ number, chatId: 3, what: 'kill 50' });
      fixture.telegram.pushText(botToken, { chatId: 3, text: `${number} kill 50` });
      for (let attempt = 1; attempt <= 3; attempt++) {
        send(30, prng);
        expect(await consumer.ended).toBe('SIGKILL');
        consumer = await start('consumer');
      }
      await until('it is a dead letter', async () => {
        const dead = (await fixture.store.command(['HVALS', keys.dead])) as readonly string[];
        return dead.length === 1 && dead[0]?.includes(`"${number} kill 50"`) ? true : undefined;
      });
      await until('the rest has ended', () => {
        const ended = firstEnds(lines());
        return sent.every((one) => one.number === number || ended.has(one.number)) ? true : undefined;
      });
      expect(lines().filter((line) => line.event === 'begin' && line.number === number)).toHaveLength(3);
    });
  },
);
