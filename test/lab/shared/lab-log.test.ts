import { beforeEach, describe, expect, it } from 'vitest';
import { redactor } from '../../../services/core/platform/redaction.ts';
import { LabLog, type LabLogEntry } from '../../../services/lab/shared/lab-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const secret = '1:a-very-secret-token';

describe('LabLog', () => {
  let log: LabLog;

  beforeEach(() => {
    log = new LabLog({ clock: new VirtualClock(), redact: redactor([secret]) });
  });

  it('splits a JSON line into level, message and details', () => {
    log.sayLine('worker-1', JSON.stringify({ level: 'warn', message: 'slow', pid: 7, epoch: 3 }), 'info');
    expect(log.entries).toMatchObject([
      { seq: 1, source: 'worker-1', level: 'warn', message: 'slow', details: '{"epoch":3}' },
    ]);
  });

  it.each([
    ['plain text', 'error'],
    ['{"broken": ', 'error'],
    ['{"message":"without a level"}', 'info'],
  ])('gives %j the level %s', (line, level) => {
    log.sayLine('worker-1', line, 'error');
    expect(log.entries[0]?.level).toBe(level);
  });

  it('leaves out empty lines and CloudWatch metrics', () => {
    log.sayLine('worker-1', '  ', 'info');
    log.sayLine('heartbeat-monitor', '{"_aws":{},"Passes":1}', 'info');
    expect(log.entries).toEqual([]);
  });

  it('redacts messages and details', () => {
    log.say('worker-1', 'info', `token ${secret}`, JSON.stringify({ token: secret }));
    expect(JSON.stringify(log.entries)).not.toContain(secret);
  });

  it('keeps the last 400 entries, and tells listeners of each', () => {
    const heard: LabLogEntry[] = [];
    const stop = log.onEntry((entry) => heard.push(entry));
    for (let count = 1; count <= 401; count += 1) log.say('lab', 'info', String(count));
    stop();
    log.say('lab', 'info', 'later');
    expect(heard).toHaveLength(401);
    expect(log.entries).toHaveLength(400);
    expect(log.entries[0]?.seq).toBe(3);
  });
});
