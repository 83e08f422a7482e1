/** Every drill by its name. */
import { add } from './add.ts';
import { cut } from './cut.ts';
import type { Drill } from './drill-run.ts';
import type { DrillId } from './drill-types.ts';
import { freeze, resume } from './freeze.ts';
import { kill } from './kill.ts';
import { poison } from './poison.ts';
import { rogue } from './rogue.ts';
import { stop } from './stop.ts';
import { stopMonitor } from './stop-monitor.ts';
import { telegram429, telegram502, telegramHang } from './telegram.ts';
import { wipe } from './wipe.ts';

export const drills: Readonly<Record<DrillId, Drill>> = {
  kill,
  freeze,
  resume,
  stop,
  add,
  rogue,
  cut,
  wipe,
  'telegram-429': telegram429,
  'telegram-502': telegram502,
  'telegram-hang': telegramHang,
  'stop-monitor': stopMonitor,
  poison,
};
