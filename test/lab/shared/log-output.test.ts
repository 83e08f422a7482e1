import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { LabLog } from '../../../services/lab/shared/lab-log.ts';
import { showLog } from '../../../services/lab/shared/log-output.ts';

function shown(isTTY: boolean): string[] {
  const lines: string[] = [];
  const log = new LabLog({ clock: systemClock, redact: (text) => text });
  log.sayLine('worker-1', '{"level":"warn","message":"stepping down: lost","epoch":3}', 'info');
  showLog(log, { isTTY, write: (text) => lines.push(stripVTControlCharacters(text)) }, {});
  log.sayLine('worker-2', 'BOT_HANDLERS: no such file', 'error');
  log.say('ecs', 'info', 'cut', `{"long":"${'x'.repeat(3000)}"}`);
  return lines;
}

it('shows each line of the children on a terminal, whatever came before it looked', () => {
  expect(shown(true)).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d worker-1 {2}warn stepping down: lost epoch=3\n$/),
    expect.stringMatching(/ worker-2 {2}error BOT_HANDLERS: no such file\n$/),
    expect.stringMatching(/ ecs {7}cut details=\{"long":"x+…\n$/),
  ]);
});

it('shows nothing where stderr is a file or a pipe', () => {
  expect(shown(false)).toEqual([]);
});
