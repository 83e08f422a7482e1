import { beforeEach, describe, expect, it } from 'vitest';
import { PassAlarm } from '../../../services/lab/aws-emulator/pass-alarm.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('the alarm on the monitor’s silence', () => {
  let clock: VirtualClock;
  let alarm: PassAlarm;
  let said: (string | null)[];
  let stop: AbortController;

  beforeEach(() => {
    clock = new VirtualClock();
    said = [];
    stop = new AbortController();
    alarm = new PassAlarm({
      clock,
      topicArn: 'arn',
      publish: ({ subject }) => void said.push(subject?.split(':')[0] ?? null),
      periodMs: () => 1000,
    });
    void alarm.watch(stop.signal);
  });

  it('is silent while passes succeed', async () => {
    for (let pass = 0; pass < 20; pass += 1) {
      await clock.advance(1000);
      alarm.passed();
    }
    expect(said).toEqual([]);
  });

  it('fires once after five missed passes, and reports once when they are back', async () => {
    await clock.advance(4900);
    expect(said).toEqual([]);
    await clock.advance(20_000);
    expect(said).toEqual(['ALARM']);
    alarm.passed();
    alarm.passed();
    expect(said).toEqual(['ALARM', 'OK']);
  });
});
