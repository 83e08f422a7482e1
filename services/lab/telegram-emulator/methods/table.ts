/**
 * The Bot API methods that the emulator supports, joined from the groups of this directory.
 *
 * Any other method answers 404 `Not Found: method not found`, even if the real server knows it: a clear refusal is better
 * than an invented answer. Flood limits are not modelled, nor what a member may send; a fault makes a chat that does not
 * exist. Method names match in any case.
 *
 * `docs/handlers.md` lists them.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { callbackMethods } from './callbacks.ts';
import { chatSettingMethods } from './chat-settings.ts';
import { chatMethods } from './chats.ts';
import { commandMethods } from './commands.ts';
import { copyMethods } from './copies.ts';
import { fileMethods } from './files.ts';
import { inlineMethods } from './inline.ts';
import { inviteMethods } from './invites.ts';
import { mediaMethods } from './media.ts';
import { mediaEditMethods } from './media-edits.ts';
import { memberMethods } from './members.ts';
import { messageMethods } from './messages.ts';
import type { Method } from './method.ts';
import { paymentMethods } from './payments.ts';
import { placeMethods } from './places.ts';
import { pollMethods } from './polls.ts';
import { profileMethods } from './profile.ts';
import { reactionMethods } from './reactions.ts';
import { updateMethods } from './updates.ts';

/** By subject, in the order of the documentation. */
export const methodGroups = {
  updates: updateMethods,
  messages: messageMethods,
  media: mediaMethods,
  'media edits': mediaEditMethods,
  places: placeMethods,
  copies: copyMethods,
  files: fileMethods,
  chats: chatMethods,
  'chat settings': chatSettingMethods,
  members: memberMethods,
  invites: inviteMethods,
  callbacks: callbackMethods,
  'inline queries': inlineMethods,
  polls: pollMethods,
  reactions: reactionMethods,
  payments: paymentMethods,
  commands: commandMethods,
  profile: profileMethods,
} as const;

const methods = new Map<string, { readonly name: string; readonly run: Method }>(
  Object.values(methodGroups)
    .flatMap((group) => Object.entries(group))
    .map(([name, run]) => [name.toLowerCase(), { name, run }]),
);

/** The method and its spelling, or undefined if the emulator does not support it. */
export function findMethod(name: string): { readonly name: string; readonly run: Method } | undefined {
  return methods.get(name.toLowerCase());
}
