/** The chat: several people's conversations with the bot, with the moments at which another worker took over. */
import { h } from './dom.js';
import { clockTime } from './times.js';
import { workerName } from './worker-name.js';

export const commands = ['/start', '/help', '/get_chat_id', '/status', '/notifications'];

export function conversationOf({ chats, personId }) {
  return chats?.find(({ person }) => person.id === personId);
}

export function peopleView({ chats = [], personId }, t) {
  return chats.map(({ person: { id, name, isSuperadmin } }) =>
    h(
      'button',
      {
        key: id,
        type: 'button',
        role: 'tab',
        id: `person-${id}`,
        'aria-selected': id === personId,
        'aria-controls': 'messages',
        tabindex: id === personId ? 0 : -1,
        'data-do': 'person',
        'data-id': id,
      },
      t.people[name] ?? name,
      isSuperadmin && h('small', {}, t.chat.superadmin),
    ),
  );
}

export function messagesView(state, t) {
  const conversation = conversationOf(state);
  if (conversation === undefined) return [];
  const { messages, person } = conversation;
  const name = t.people[person.name] ?? person.name;
  if (messages.length === 0) return [h('p', { key: 'empty', class: 'empty' }, t.chat.empty(name))];
  const items = [
    ...messages.map((message) => ({ atMs: message.atMs, view: messageView(message, t) })),
    ...takeovers(state, messages[0].atMs).map(({ id, atMs, who }) => ({
      atMs,
      view: h('p', { key: `over-${id}`, class: 'takeover' }, `${clockTime(atMs)} · ${t.chat.tookOver(who)}`),
    })),
  ];
  return items.sort((a, b) => a.atMs - b.atMs).map(({ view }) => view);
}

function messageView({ id, from, text, atMs, buttons, edited, waiting }, t) {
  const state = from === 'person' ? (waiting ? t.chat.waiting : t.chat.taken) : edited ? t.chat.edited : '';
  return h(
    'article',
    { key: `${from}-${id}`, class: `bubble ${from}`, 'data-message': id, 'data-waiting': waiting },
    h('p', { class: 'text' }, text),
    buttons.length > 0 &&
      h(
        'div',
        { class: 'keyboard' },
        buttons.map((row) =>
          h(
            'div',
            { class: 'row' },
            row.map((button) => keyboardButton(button, id)),
          ),
        ),
      ),
    h(
      'footer',
      {},
      h('time', { datetime: new Date(atMs).toISOString() }, clockTime(atMs)),
      state && h('span', { class: 'state', title: state }, from === 'person' ? mark(waiting, state) : state),
    ),
  );
}

function mark(waiting, state) {
  return h(
    'span',
    {},
    h('span', { 'aria-hidden': 'true' }, waiting ? '◷' : '✓'),
    h('span', { class: 'hidden' }, state),
  );
}

function keyboardButton({ text, data, url }, messageId) {
  return url === undefined
    ? h('button', { type: 'button', 'data-do': 'press', 'data-message': messageId, 'data-data': data }, text)
    : h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
}

/** From the audit trail, oldest first: who took the lock after the conversation began. */
function takeovers({ audit, now }, sinceMs) {
  return (audit ?? [])
    .filter(({ event }) => event === 'acquired')
    .map(({ id, who }) => ({ id, atMs: Number(id.split('-')[0]), who: workerName(who, now) }))
    .filter(({ atMs }) => atMs > sinceMs);
}

export function commandsView() {
  return commands.map((command) =>
    h(
      'button',
      { key: command, type: 'button', class: 'chip', 'data-do': 'command', 'data-text': command },
      command,
    ),
  );
}
