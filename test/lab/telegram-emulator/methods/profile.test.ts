import { describe, expect, it } from 'vitest';
import { startRig } from '../emulator-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});

describe('name and descriptions', () => {
  it.each([
    ['setMyName', 'getMyName', 'name', 'Lab bot'],
    ['setMyDescription', 'getMyDescription', 'description', ''],
    ['setMyShortDescription', 'getMyShortDescription', 'short_description', ''],
  ])('%s and %s', async (set, get, field, initial) => {
    const rig = startRig();
    const read = async (language_code?: string): Promise<unknown> =>
      ((await rig.call(get, { language_code })).result as Record<string, unknown>)[field];
    expect(await read()).toBe(initial);
    await rig.call(set, { [field]: 'all' });
    await rig.call(set, { [field]: 'по-русски', language_code: 'ru' });
    expect([await read(), await read('ru'), await read('de')]).toEqual(['all', 'по-русски', 'all']);
    await rig.call(set, { language_code: 'ru' });
    expect(await read('ru')).toBe('all');
    expect(await rig.call(get, { language_code: 'rus' })).toEqual(refused('invalid language code specified'));
    expect(await rig.call(set, { [field]: 'x'.repeat(600) })).toMatchObject({ error_code: 400 });
  });
});

describe('the menu button', () => {
  it('is of one user or of all', async () => {
    const rig = startRig();
    expect(await rig.call('getChatMenuButton')).toMatchObject({ result: { type: 'commands' } });
    const menu_button = { type: 'web_app', text: 'Open', web_app: { url: 'https://e.test' } };
    await rig.call('setChatMenuButton', { chat_id: 7, menu_button });
    expect(await rig.call('getChatMenuButton', { chat_id: 7 })).toMatchObject({
      result: { ...menu_button, web_app: { url: 'https://e.test/' } },
    });
    expect(await rig.call('getChatMenuButton', { chat_id: 8 })).toMatchObject({
      result: { type: 'default' },
    });
  });

  it.each([
    [{ menu_button: '{' }, "can't parse menu button JSON object"],
    [{ menu_button: [] }, "can't parse menu button: MenuButton must be an Object"],
    [{ menu_button: { type: 'x' } }, "can't parse menu button: MenuButton has unsupported type"],
    [
      { menu_button: { type: 'web_app', text: 'x', web_app: { url: 'http://e.test' } } },
      "menu button Web App URL 'http://e.test' is invalid: Only HTTPS links are allowed",
    ],
    [{ chat_id: -5 }, 'invalid chat_id specified'],
  ])('refuses %o', async (args, why) => {
    expect(await startRig().call('setChatMenuButton', args)).toEqual(refused(why));
  });
});

describe('commands', () => {
  const commands = [{ command: '/start', description: ' Begin ' }];
  const kept = [{ command: 'start', description: 'Begin' }];

  it.each([
    {},
    { language_code: 'ru' },
    { scope: { type: 'all_group_chats' } },
    { scope: { type: 'chat', chat_id: 7 } },
    { scope: { type: 'chat_administrators', chat_id: '-9' } },
    { scope: { type: 'chat_member', chat_id: -9, user_id: 7 } },
  ])('are kept for %o alone, and forgotten', async (where) => {
    const rig = startRig();
    await rig.call('setMyCommands', { commands, ...where });
    expect(await rig.call('getMyCommands', where)).toMatchObject({ result: kept });
    expect(await rig.call('getMyCommands', { language_code: 'de' })).toMatchObject({ result: [] });
    await rig.call('deleteMyCommands', where);
    expect(await rig.call('getMyCommands', where)).toMatchObject({ result: [] });
  });

  it('a chat is the same by its name and by its number', async () => {
    const rig = startRig();
    rig.push({ message: { message_id: 1, chat: { id: 7, type: 'private', username: 'anna' } } });
    await rig.call('setMyCommands', { commands, scope: { type: 'chat', chat_id: '@anna' } });
    expect(await rig.call('getMyCommands', { scope: { type: 'chat', chat_id: 7 } })).toMatchObject({
      result: kept,
    });
  });

  it.each([
    [{ commands: '{' }, "can't parse commands JSON object"],
    [{ commands: {} }, 'expected an Array of BotCommand'],
    [{ commands: ['start'] }, "can't parse BotCommand: expected an Object"],
    [{ commands: [{ command: 'a' }] }, 'can\'t parse BotCommand: Can\'t find field "description"'],
    [{ commands: [{ command: '/', description: 'x' }] }, 'command must be non-empty'],
    [{ commands: [{ command: 'a'.repeat(33), description: 'x' }] }, 'command length must not exceed 32'],
    [{ commands: [{ command: 'a', description: ' ' }] }, 'command description must be non-empty'],
    [
      { commands: [{ command: 'a', description: 'x'.repeat(257) }] },
      'command description length must not exceed 256',
    ],
    [{ commands: [{ command: 'Start', description: 'x' }] }, 'BOT_COMMAND_INVALID'],
    [{ commands: Array.from({ length: 101 }, () => commands[0]) }, 'BOT_COMMANDS_TOO_MUCH'],
    [{ scope: '{' }, "can't parse BotCommandScope JSON object"],
    [{ scope: [] }, "can't parse BotCommandScope: BotCommandScope must be an Object"],
    [{ scope: {} }, 'can\'t parse BotCommandScope: Can\'t find field "type"'],
    [{ scope: { type: 'world' } }, "can't parse BotCommandScope: Unsupported type specified"],
    [{ scope: { type: 'chat', chat_id: '' } }, "can't parse BotCommandScope: Empty chat_id specified"],
    [{ scope: { type: 'chat', chat_id: '@nobody' } }, 'chat not found'],
    [
      { scope: { type: 'chat_member', chat_id: -9, user_id: 0 } },
      "can't parse BotCommandScope: Invalid user_id specified",
    ],
    [{ scope: { type: 'chat_administrators', chat_id: 7 } }, "can't use specified scope in private chats"],
    [{ language_code: 'EN' }, 'invalid language code specified'],
  ])('%o is refused: %s', async (args, why) => {
    expect(await startRig().call('setMyCommands', { commands, ...args })).toEqual(refused(why));
  });
});
