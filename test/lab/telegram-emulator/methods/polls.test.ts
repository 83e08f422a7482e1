import { describe, expect, it } from 'vitest';
import type { Act } from '../../../../services/lab/telegram-emulator/people-acts.ts';
import { startRig } from '../emulator-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});
const poll = { chat_id: 7, question: 'Lunch?', options: ['yes', { text: 'no' }] };
const vote = (user: number, ...option_ids: number[]): Act => ({
  act: 'vote',
  user,
  chat_id: 7,
  message_id: 1,
  option_ids,
});

describe('a poll', () => {
  it('is sent, voted in and stopped', async () => {
    const rig = startRig();
    const { result } = await rig.call('sendPoll', { ...poll, is_anonymous: false });
    expect(result).toMatchObject({
      poll: {
        question: 'Lunch?',
        options: [
          { persistent_id: '0', text: 'yes', voter_count: 0 },
          { persistent_id: '1', text: 'no', voter_count: 0 },
        ],
        type: 'regular',
        is_closed: false,
        is_anonymous: false,
        allows_revoting: true,
      },
    });
    rig.act(vote(7, 0));
    rig.act(vote(8, 0));
    rig.act(vote(8, 1));
    rig.act(vote(7));
    const { result: updates } = await rig.call('getUpdates');
    expect(updates).toMatchObject([
      { poll: { total_voter_count: 1 } },
      { poll_answer: { user: { id: 7 }, option_ids: [0] } },
      { poll: { total_voter_count: 2 } },
      { poll_answer: { user: { id: 8 } } },
      { poll: { options: [{ voter_count: 1 }, { voter_count: 1 }] } },
      { poll_answer: { option_ids: [1], option_persistent_ids: ['1'] } },
      { poll: { total_voter_count: 1, options: [{ voter_count: 0 }, { voter_count: 1 }] } },
      { poll_answer: { option_ids: [] } },
    ]);
    expect(await rig.call('stopPoll', { chat_id: 7, message_id: 1 })).toMatchObject({
      result: { is_closed: true, total_voter_count: 1 },
    });
    expect(() => rig.act(vote(7, 0))).toThrow("can't answer closed poll");
    expect(await rig.call('stopPoll', { chat_id: 7, message_id: 1 })).toEqual(
      refused('poll has already been closed'),
    );
  });

  it('that is anonymous does not tell who voted', async () => {
    const rig = startRig();
    await rig.call('sendPoll', poll);
    rig.act(vote(7, 0));
    const { result } = await rig.call('getUpdates');
    expect(result).toHaveLength(1);
    expect(result).toMatchObject([{ poll: { total_voter_count: 1 } }]);
  });

  it('refuses a vote that Telegram would', async () => {
    const rig = startRig();
    await rig.call('sendPoll', {
      ...poll,
      type: 'quiz',
      correct_option_id: 1,
      explanation: '<b>x</b>',
      explanation_parse_mode: 'HTML',
    });
    expect(() => rig.act(vote(7, 2))).toThrow('invalid option identifier specified');
    expect(() => rig.act(vote(7, 0, 1))).toThrow("can't choose more than 1 option in the poll");
    rig.act(vote(7, 0));
    expect(() => rig.act(vote(7, 1))).toThrow("can't revote in the poll");
    expect(() => rig.act(vote(7))).toThrow("can't retract vote in the poll");
    expect(rig.state().sentMessages).toMatchObject([
      {
        poll: {
          type: 'quiz',
          correct_option_id: 1,
          explanation: 'x',
          explanation_entities: [{ type: 'bold', offset: 0, length: 1 }],
        },
      },
    ]);
  });

  it.each([
    [{ question: '' }, 'text must be non-empty'],
    [{ question: 'x'.repeat(301) }, 'poll question length must not exceed 300'],
    [{ options: '[' }, "can't parse options JSON object"],
    [{ options: {} }, 'expected an Array of String as options'],
    [{ options: [1] }, 'expected an option to be of type String'],
    [{ options: [] }, 'poll must have at least one answer option'],
    [{ options: Array.from({ length: 13 }, String) }, "poll can't have more than 12 options"],
    [{ options: ['x'.repeat(101)] }, 'poll options length must not exceed 100'],
    [{ type: 'vote' }, 'unsupported poll type specified'],
    [{ type: 'quiz' }, 'correct quiz option list must be non-empty'],
    [{ type: 'quiz', correct_option_id: 2 }, 'wrong quiz correct_option_id'],
    [{ type: 'quiz', correct_option_ids: [1, 0] }, 'correct quiz option list must be increasing'],
    [{ type: 'quiz', correct_option_ids: ['1'] }, 'correct option identifier must be of type Number'],
    [
      { type: 'quiz', correct_option_id: 0, explanation: 'x'.repeat(201) },
      'quiz explanation length must not exceed 200',
    ],
  ])('sendPoll refuses %o', async (args, why) => {
    expect(await startRig().call('sendPoll', { ...poll, ...args })).toEqual(refused(why));
  });

  it('only a poll is stopped', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'x' });
    expect(await rig.call('stopPoll', { chat_id: 7, message_id: 1 })).toEqual(
      refused('message is not a poll'),
    );
    expect(await rig.call('stopPoll', { chat_id: 7, message_id: 2 })).toEqual(
      refused('message with poll to stop not found'),
    );
  });
});

describe('sendDice', () => {
  it.each([
    [undefined, 0, '🎲', 1],
    ['🎲', 0.999, '🎲', 6],
    ['⚽️', 0.999, '⚽', 5],
    ['🎰', 0.999, '🎰', 64],
  ])('%s at %f shows %s %i', async (emoji, unit, shown, value) => {
    expect(await startRig({ unit }).call('sendDice', { chat_id: 7, emoji })).toMatchObject({
      result: { dice: { emoji: shown, value } },
    });
  });

  it('refuses another emoji', async () => {
    expect(await startRig().call('sendDice', { chat_id: 7, emoji: '🍕' })).toEqual(
      refused('EMOTICON_INVALID'),
    );
  });
});
