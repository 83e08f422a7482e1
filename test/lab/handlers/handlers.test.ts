/** The lab's own handlers and the user's, in a worker that a lab has started. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiState } from '../../../services/lab/control-room/api.ts';
import { answeredNumber, answerTo, isSlow, questionText } from '../../../services/lab/handlers/messages.ts';
import { type LabProcess, runLab, startLab } from '../../support/lab.ts';

const anna = 1001;

describe('the user’s own module in the lab', () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab({ environment: { BOT_HANDLERS: './test/infra/support/features.ts' } });
  });

  afterAll(async () => {
    await lab.stop();
  });

  const botTexts = ({ chats }: ApiState): string[] => {
    const messages = chats.find(({ person }) => person.id === anna)?.messages ?? [];
    return messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
  };

  it('answers as without the lab, beside the shipped commands and the lab’s own handlers', async () => {
    for (const text of ['/features', questionText(17), '/start']) {
      await lab.post('/api/chat', { text, as: anna, locale: 'en' });
    }
    const state = await lab.waitFor((seen) => botTexts(seen).length === 3, 'three answers');
    expect(botTexts(state)).toEqual([
      "a Composer of the bot's own Telegraf: true",
      '✓ 17',
      expect.stringContaining('Hello!'),
    ]);
  });

  it('decides which updates the bot requests', async () => {
    const { allowedUpdates } = await lab.telegram();
    expect(allowedUpdates.toSorted()).toEqual(['callback_query', 'message']);
  });

  it('is refused in the same words as without the lab', async () => {
    const { code, stderr } = await runLab({
      environment: { LAB_PORT: '0', BOT_HANDLERS: './no-such-module.ts' },
    });
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^BOT_HANDLERS: expected a module [^\n]*, got ".\/no-such-module.ts", which cannot[^\n]*\n$/,
    );
    expect(stderr).not.toContain('handlers-entry');
  });
});

describe('numbered messages', () => {
  it('are matched by number alone', () => {
    for (const slow of [false, true]) {
      expect(answeredNumber(answerTo(questionText(123_456, { slow })) ?? '')).toBe(123_456);
      expect(isSlow(questionText(1, { slow }))).toBe(slow);
    }
    for (const text of ['№ x', '№ 12 please', '12', '№ 1234567890123456'])
      expect(answerTo(text)).toBeUndefined();
    for (const text of ['✓', '✓ 1 2', '1']) expect(answeredNumber(text)).toBeUndefined();
  });
});
