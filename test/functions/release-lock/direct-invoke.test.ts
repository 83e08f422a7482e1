/** What somebody tries who may invoke the ops function and nothing else: none of it changes anything. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FunctionFixture, superadmins } from '../../support/function-fixture.ts';
import { domain, getEvent, Phone, postEvent } from './phone.ts';

const because = { reason: 'the holder hangs' };
const force = { action: 'release-lock', force: true, ...because };
const clusterArn = 'arn:aws:ecs:eu-central-1:123456789012:cluster/bots';
const taskArn = 'arn:aws:ecs:eu-central-1:123456789012:task/bots/0123456789abcdef0123456789abcdef';
const stopped = (detail: Readonly<Record<string, unknown>> = {}) => ({
  version: '0',
  source: 'aws.ecs',
  'detail-type': 'ECS Task State Change',
  account: '123456789012',
  detail: {
    taskArn,
    clusterArn,
    group: 'service:worker',
    lastStatus: 'STOPPED',
    containers: [{ name: 'bot', lastStatus: 'STOPPED' }],
    ...detail,
  },
});

const payloads: Readonly<Record<string, unknown>> = {
  'the stop of a task, made up': stopped(),
  'the stop of a task of another cluster': stopped({ clusterArn: `${clusterArn}-2` }),
  'the stop of a task of another service': stopped({ group: 'service:worker2' }),
  'the stop of a task that is a path': stopped({ taskArn: `${taskArn}/../x` }),
  'the stop of a task whose ARN is a list': stopped({ taskArn: [taskArn] }),
  'the stop of a task in a list': [stopped()],
  'the stop of a task with an action beside it': { ...stopped(), ...force },
  'an event of another source': { ...stopped(), source: 'aws.ecs.evil' },
  'an event of another kind': { ...stopped(), 'detail-type': 'ECS Service Action' },
  'an event whose detail is text': { ...stopped(), detail: JSON.stringify(stopped().detail) },
  'a name of the automatic actions': { ...force, requestedBy: 'ecs' },
  'the same in capitals and with a dot': { ...force, requestedBy: 'E.C.S' },
  'the same in Cyrillic': { ...force, requestedBy: 'ес\u0455' },
  'the same in wide letters': { ...force, requestedBy: 'ｅｃｓ' },
  'the same with a filler behind it': { ...force, requestedBy: 'ecs\u3164' },
  'the monitor’s name with another hyphen': { ...force, requestedBy: 'heartbeat\u2011monitor' },
  'the name of a link': { ...force, requestedBy: `the link sent to ${superadmins[0]}` },
  'the name of a link, with a comma': { ...force, requestedBy: `The link sent to ${superadmins[0]},` },
  'the name of a worker': { ...force, requestedBy: 'host ip-10-0-1-5, pid 7, environment production' },
  'a name that is a list': { ...force, requestedBy: ['anna'] },
  'a name of 10,000 characters': { ...force, requestedBy: 'a'.repeat(10_000) },
  'a name with the code of a terminal': { ...force, requestedBy: 'anna\u001b[2K' },
  'a name in which text hides': { ...force, requestedBy: 'anna\u{E0041}' },
  'a reason of two megabytes': { ...force, reason: 'x'.repeat(2_000_000) },
  'a reason with a line break': { ...force, reason: 'one\ntwo' },
  'a reason that turns the text around': { ...force, reason: 'a \u202e b' },
  'the reason of a link': { ...force, reason: ' one-tap link of outage-0123 ' },
  'a reason that cannot be seen': { ...force, reason: '\u2800\u3164' },
  'force by the prototype': JSON.parse(
    '{"action":"status","__proto__":{"force":true,"action":"release-lock"}}',
  ),
  'force by the constructor': JSON.parse('{"action":"status","constructor":{"prototype":{"force":true}}}'),
  'force as text': { ...force, force: 'true' },
  'force as a number': { ...force, force: 1 },
  'force for a drop': { action: 'drop-updates', force: true, ...because },
  'an action in a list': { ...force, action: ['release-lock'] },
  'an action that is an object': { ...force, action: { toString: 'release-lock' } },
  'an action with a blank': { ...force, action: 'release-lock ' },
  'an inherited name as the action': { action: 'toString', ...because },
  'an action of the links': { action: 'acknowledge', ...because },
  'an action of ECS': { action: 'task-stopped', ...because },
  'a snooze without end': { action: 'snooze', minutes: 1e9, ...because },
  'a snooze of less than nothing': { action: 'snooze', minutes: -1, ...because },
  'a snooze in text': { action: 'snooze', minutes: '30', ...because },
  'a payload as text': JSON.stringify(force),
  'a payload in a body': { body: JSON.stringify(force) },
  'a payload that HTTP wraps': { requestContext: {}, ...force },
  'a request to the function URL, made up': getEvent('/recover.101.outage.id.signature'),
  'a form to the function URL, made up': postEvent({
    path: '/recover.101.outage.id.signature',
    fields: { nonce: 'x', shown: '0 force' },
    cookie: `__Host-staffprobot=${'0'.repeat(32)}`,
  }),
  'a request to the function URL with an action beside it': {
    ...getEvent('/'),
    ...force,
    requestContext: { domainName: domain, http: { method: 'GET', path: '/' } },
  },
  nothing: undefined,
  'a number': 7,
};

describe('door: a direct invoke', () => {
  let fixture: FunctionFixture;
  let phone: Phone;

  beforeAll(async () => {
    fixture = await FunctionFixture.open(undefined);
  });
  afterAll(() => fixture?.close());
  beforeEach(async () => {
    phone = new Phone(fixture);
    await phone.goDown();
    await fixture.takeLock();
  });
  afterEach(() => fixture.clear());

  it.each(Object.keys(payloads))('does nothing for %s', async (name) => {
    const before = await phone.everything();
    const answer = await phone.ops(payloads[name]);
    expect(await phone.everything()).toBe(before);
    if (answer === undefined) throw new Error('no answer');
    const isRefused = 'statusCode' in answer ? answer.statusCode === 403 : !answer.ok;
    expect(isRefused, JSON.stringify(answer).slice(0, 300)).toBe(true);
    expect(JSON.stringify(answer).length).toBeLessThan(6000);
  });

  it('tells the superadmins of a lock that a person broke, whatever name it was done by', async () => {
    expect(await phone.ops({ ...force, requestedBy: 'оператор' })).toMatchObject({
      ok: true,
      mode: 'broken',
    });
    await phone.monitor();
    for (const id of superadmins) {
      expect(fixture.messagesTo(id).at(-1)?.text).toContain('оператор');
    }
  });
});
