/**
 * The `permissions` argument: what the members of a group may do.
 *
 * Source: telegram-bot-api's `get_chat_permissions`. The older form, with one argument for each permission, is not read.
 *
 * Tested by: test/lab/telegram-emulator/methods/members.test.ts
 */
import { type Arguments, isObject } from './arguments.ts';
import { badRequest } from './errors.ts';
import { JsonFields } from './json-fields.ts';

const media = [
  ...['can_send_audios', 'can_send_documents', 'can_send_photos', 'can_send_videos'],
  ...['can_send_video_notes', 'can_send_voice_notes'],
];
const names = [
  'can_send_messages',
  ...media,
  ...['can_send_polls', 'can_send_other_messages', 'can_add_web_page_previews', 'can_react_to_messages'],
  ...['can_edit_tag', 'can_change_info', 'can_invite_users', 'can_pin_messages', 'can_manage_topics'],
];
/** What a permission is without a value of its own. */
const followed: Readonly<Record<string, string>> = {
  can_edit_tag: 'can_pin_messages',
  can_manage_topics: 'can_pin_messages',
  can_react_to_messages: 'can_send_messages',
};

export type Permissions = Readonly<Record<string, boolean>>;

export const allPermissions: Permissions = Object.fromEntries(names.map((name) => [name, true]));

export function readPermissions(args: Arguments): Permissions {
  const value = args.text('permissions') === '' ? {} : args.json('permissions');
  if (value === undefined) throw badRequest("can't parse permissions JSON object");
  if (!isObject(value)) throw badRequest('object expected as permissions');
  const fields = new JsonFields(value, (reason) => badRequest(`can't parse chat permissions: ${reason}`));
  const isIndependent = args.flag('use_independent_chat_permissions');
  const allMedia = media.some((name) => fields.has(name))
    ? undefined
    : fields.flag('can_send_media_messages');
  const permissions: Record<string, boolean> = {};
  for (const name of names) {
    permissions[name] = allMedia !== undefined && media.includes(name) ? allMedia : fields.flag(name);
  }
  const implies = (names: readonly string[], implied: readonly string[]): void => {
    if (isIndependent || !names.some((name) => permissions[name])) return;
    for (const name of implied) permissions[name] = true;
  };
  for (const [name, other] of Object.entries(followed)) {
    if (!fields.has(name)) permissions[name] = permissions[other] === true;
  }
  implies(['can_send_other_messages', 'can_add_web_page_previews'], [...media, 'can_send_messages']);
  implies(['can_send_polls'], ['can_send_messages']);
  if (allMedia === true) implies(media, ['can_send_messages']);
  return permissions;
}
