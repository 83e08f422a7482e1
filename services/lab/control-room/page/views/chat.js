/**
 * Several people's conversations with the bot, with the moments at which another worker took over.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { h } from '../dom.js';
import { clockTime } from './clock-time.js';
import { attachmentsView } from './media.js';
import { pollView } from './poll.js';
import { reactionsView } from './reactions.js';
import { workerName } from './worker-name.js';

const commands = ['/start', '/help', '/get_chat_id', '/status', '/notifications'];
/** Only the newest, so that a page that stays open for hours does not grow. */
const messagesShown = 60;
const hues = 6;

export function personName(name, t) {
  return t.people[name] ?? name;
}

/** Ordinary people first; `index` chooses a person's colour. */
export function inOrder(chats = []) {
  const ordered = [...chats].sort((a, b) => Number(a.person.isSuperadmin) - Number(b.person.isSuperadmin));
  return ordered.map((chat, index) => ({ ...chat, index }));
}

/** One button for each person who can write; at least one stays chosen. */
export function peopleView({ chats = [], writers }, t) {
  const all = chats.every(({ person }) => writers.includes(person.id));
  return [
    ...inOrder(chats).map(({ person: { id, name, isSuperadmin }, index }) =>
      h(
        'button',
        {
          key: id,
          type: 'button',
          id: `person-${id}`,
          class: 'person-button',
          'aria-pressed': writers.includes(id),
          'data-do': 'person',
          'data-id': id,
        },
        avatar(name, index, t),
        h('span', {}, personName(name, t), isSuperadmin && h('small', {}, t.chat.superadmin)),
      ),
    ),
    chats.length > 1 &&
      h(
        'button',
        { key: 'all', type: 'button', class: 'person-button', 'aria-pressed': all, 'data-do': 'everyone' },
        t.chat.everyone,
      ),
  ].filter(Boolean);
}

export function avatar(name, index, t) {
  return h(
    'span',
    { class: 'avatar', 'data-hue': index % hues, 'aria-hidden': 'true' },
    personName(name, t).slice(0, 1),
  );
}

export function conversationsView(state, t) {
  const { chats, writers, toasts } = state;
  return inOrder(chats)
    .filter(({ person }) => writers.includes(person.id))
    .map((chat) => {
      const { id, name } = chat.person;
      const title = t.chat.conversation(personName(name, t));
      return h(
        'section',
        { key: id, class: 'conversation', 'aria-label': title },
        h('header', {}, avatar(name, chat.index, t), h('h3', {}, personName(name, t))),
        h(
          'div',
          {
            class: 'messages',
            id: `messages-${id}`,
            role: 'log',
            'aria-live': 'polite',
            'aria-label': title,
            tabindex: 0,
            'data-follows': id,
          },
          messageViews(chat, state, t),
        ),
        h('p', { class: 'toast', role: 'status' }, toasts[id] ?? ''),
      );
    });
}

/** A conversation's newest messages, with the take-overs between them. */
export function messageViews({ messages, person }, state, t) {
  if (messages.length === 0) {
    return [h('p', { key: 'empty', class: 'empty' }, t.chat.empty(personName(person.name, t)))];
  }
  const shown = messages.slice(-messagesShown);
  const items = [
    ...shown.map((message, index) => {
      const { albumId = null } = message;
      const isAlbumNext = albumId !== null && albumId === shown[index + 1]?.albumId;
      return { atMs: message.atMs, view: messageView(message, { person, isAlbumNext }, t) };
    }),
    ...takeovers(state, shown[0].atMs).map(({ id, atMs, who }) => ({
      atMs,
      isTakeover: true,
      view: h('p', { key: `over-${id}`, class: 'takeover' }, `${clockTime(atMs)} · ${t.chat.tookOver(who)}`),
    })),
  ].sort((a, b) => a.atMs - b.atMs);
  // Of several take-overs with no message between them, only the last is shown.
  return items
    .filter(({ isTakeover }, index) => !(isTakeover && items[index + 1]?.isTakeover))
    .map(({ view }) => view);
}

function messageView(message, { person, isAlbumNext }, t) {
  // An older lab sends no attachments.
  const { id, from, text, attachments = [], atMs, buttons, edited, waiting } = message;
  const fate = fateOf(message);
  const state = from === 'person' ? t.chat[fate] : edited ? t.chat.edited : '';
  return h(
    'article',
    {
      key: `${from}-${id}`,
      class: `bubble ${from}`,
      'data-message': id,
      'data-waiting': waiting,
      'data-fate': from === 'person' ? fate : null,
      'data-album': isAlbumNext ? 'more' : null,
    },
    attachmentsView(attachments, t),
    text !== '' && h('p', { class: 'text' }, text),
    pollView(message, person, t),
    buttons.length > 0 && keyboard(buttons, id, person),
    h(
      'footer',
      {},
      reactionsView(message, person, t),
      h('time', { datetime: new Date(atMs).toISOString() }, clockTime(atMs)),
      state && h('span', { class: 'state', title: state }, from === 'person' ? mark(fate, state) : state),
    ),
  );
}

function keyboard(rows, messageId, person) {
  return h(
    'div',
    { class: 'keyboard' },
    rows.map((row) =>
      h(
        'div',
        { class: 'row' },
        row.map((button) => keyboardButton(button, messageId, person)),
      ),
    ),
  );
}

function keyboardButton({ text, data, url, pays }, messageId, person) {
  if (url !== undefined) return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
  const doing = {
    'data-do': pays ? 'pay' : 'press',
    'data-message': messageId,
    'data-data': data,
    'data-as': person.id,
  };
  return h('button', { type: 'button', ...doing }, text);
}

function fateOf({ dropped, stolen, waiting }) {
  if (dropped) return 'dropped';
  if (stolen) return 'stolen';
  return waiting ? 'waiting' : 'taken';
}

/** What became of a message that the bot may never see is said in words: no sign for it is known to everyone. */
function mark(fate, state) {
  if (fate === 'dropped' || fate === 'stolen') return state;
  return h(
    'span',
    {},
    h('span', { 'aria-hidden': 'true' }, fate === 'waiting' ? '◷' : '✓'),
    h('span', { class: 'hidden' }, state),
  );
}

/** Who took the lock since the conversation began, from the audit trail. */
function takeovers({ audit, now }, sinceMs) {
  return (audit ?? [])
    .filter(({ event }) => event === 'acquired')
    .map(({ id, who }) => ({ id, atMs: Number(id.split('-')[0]), who: workerName(who, now) }))
    .filter(({ atMs }) => atMs > sinceMs);
}

export function commandsView(_, t) {
  const share = (what, label) =>
    h('button', { key: what, type: 'button', class: 'chip', 'data-do': 'share', 'data-what': what }, label);
  return [
    ...commands.map((command) =>
      h(
        'button',
        { key: command, type: 'button', class: 'chip', 'data-do': 'say', 'data-text': command },
        command,
      ),
    ),
    share('location', t.media.sendLocation),
    share('contact', t.media.sendContact),
  ];
}
