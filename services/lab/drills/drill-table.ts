/** Every drill by its id: what it runs, and how it runs beside others. */
import { add } from './add.ts';
import { freezeConsumer, killConsumer, queueAway } from './consumers.ts';
import { cut } from './cut.ts';
import type { Drill } from './drill-context.ts';
import type { DrillId } from './drill-types.ts';
import { kill, stop } from './end-worker.ts';
import { failingHandlers } from './failing-handlers.ts';
import { freeze, resume } from './freeze.ts';
import { otherBot } from './other-bot.ts';
import { poison } from './poison.ts';
import { rogue } from './rogue.ts';
import { stopMonitor } from './stop-monitor.ts';
import { telegram429, telegram502, telegramHang } from './telegram.ts';
import { wipe } from './wipe.ts';

export interface DrillRow {
  readonly run: Drill;
  /** Handlers take a while, so that the worker is struck in the middle of its work. */
  readonly slow?: true;
  /** The drill whose fault this one fixes: it may start beside it, and needs no traffic first. */
  readonly fixes?: DrillId;
}

export const drillTable: Readonly<Record<DrillId, DrillRow>> = {
  kill: { run: kill, slow: true },
  freeze: { run: freeze, slow: true },
  resume: { run: resume, fixes: 'freeze' },
  stop: { run: stop, slow: true },
  add: { run: add },
  rogue: { run: rogue },
  cut: { run: cut, slow: true },
  wipe: { run: wipe },
  'telegram-429': { run: telegram429 },
  'telegram-502': { run: telegram502 },
  'telegram-hang': { run: telegramHang },
  'stop-monitor': { run: stopMonitor },
  poison: { run: poison },
  'failing-handlers': { run: failingHandlers },
  'other-bot': { run: otherBot },
  'kill-consumer': { run: killConsumer, slow: true },
  'freeze-consumer': { run: freezeConsumer, slow: true },
  'queue-away': { run: queueAway },
};
