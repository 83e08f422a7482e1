/**
 * A superadmin's phone: alerts in Telegram, the in-app inbox, and the mail of the SNS topic.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { h } from '../dom.js';
import { avatar, inOrder, messageViews, personName } from './chat.js';
import { clockTime } from './clock-time.js';

const apps = ['telegram', 'inbox', 'sns'];

function ownerOf({ chats, ownerId }) {
  const superadmins = (chats ?? []).filter(({ person }) => person.isSuperadmin);
  return superadmins.find(({ person }) => person.id === ownerId) ?? superadmins[0];
}

/** The bot's newest message on the phone shown; undefined before the first state arrives. */
export function newsOf(state) {
  const owner = ownerOf(state);
  if (owner === undefined) return undefined;
  const { id, name } = owner.person;
  const last = owner.messages.findLast(({ from, edited }) => from === 'bot' && !edited);
  return { ownerId: id, name, id: last?.id ?? 0, text: last?.text.split('\n')[0] ?? '' };
}

export function ownersView(state, t) {
  const chosen = ownerOf(state)?.person.id;
  return inOrder(state.chats)
    .map(({ person, index }) => ({ ...person, index }))
    .filter(({ isSuperadmin }) => isSuperadmin)
    .map(({ id, name, index }) =>
      h(
        'button',
        {
          key: id,
          type: 'button',
          class: 'person-button',
          'aria-pressed': id === chosen,
          'data-do': 'owner',
          'data-id': id,
        },
        avatar(name, index, t),
        personName(name, t),
      ),
    );
}

export function phoneTopView(state, t) {
  const { app, now } = state;
  const time = now === undefined ? '' : clockTime(now.atMs).slice(0, 5);
  return [
    h(
      'p',
      { key: 'time', class: 'phone-bar', 'aria-hidden': 'true' },
      h('span', {}, time),
      h('span', {}, '▮▮▮▯'),
    ),
    h(
      'p',
      { key: 'title', class: 'phone-title' },
      h('strong', {}, app === 'telegram' ? t.phone.bot : t.phone.apps[app]),
      app === 'telegram' && h('small', {}, t.phone.botHint),
    ),
  ];
}

export function appsView(state, t) {
  return apps.map((app) => {
    const count = countOf(state, app);
    return h(
      'button',
      {
        key: app,
        type: 'button',
        role: 'tab',
        id: `app-${app}`,
        'aria-selected': app === state.app,
        'aria-controls': 'screen',
        tabindex: app === state.app ? 0 : -1,
        'data-do': 'app',
        'data-app': app,
      },
      t.phone.apps[app],
      count > 0 && h('span', { class: 'count' }, String(count)),
    );
  });
}

function countOf(state, app) {
  if (app === 'sns') return state.sns?.length ?? 0;
  const owner = ownerOf(state);
  if (owner === undefined) return 0;
  if (app === 'telegram') return owner.messages.filter(({ from }) => from === 'bot').length;
  return (state.inbox?.[owner.person.id]?.notifications ?? []).filter(({ read }) => !read).length;
}

export function screenView(state, t) {
  if (state.app === 'telegram') return telegramView(state, t);
  return state.app === 'sns' ? topicView(state, t) : inboxView(state, t);
}

function telegramView(state, t) {
  const owner = ownerOf(state);
  if (owner === undefined) return [];
  if (owner.messages.length === 0) return [empty(t.phone.emptyTelegram)];
  // Telegram itself does not show take-overs.
  return messageViews(owner, { ...state, audit: [] }, t);
}

function inboxView(state, t) {
  const { inbox } = state;
  if (inbox === undefined) return [];
  if (inbox === null) return [empty(t.phone.unknown)];
  const notifications = inbox[ownerOf(state)?.person.id]?.notifications ?? [];
  if (notifications.length === 0) return [empty(t.phone.emptyInbox)];
  return [...notifications]
    .sort((a, b) => b.ts.localeCompare(a.ts))
    .map(({ id, title, text, ts, read, priority }) =>
      noteCard({
        key: id,
        title,
        text,
        tone: priority === 'URGENT' ? 'bad' : 'good',
        facts: [clockTime(Date.parse(ts)), read ? null : t.phone.unread],
      }),
    );
}

function topicView({ sns = [] }, t) {
  if (sns.length === 0) return [empty(t.phone.emptySns)];
  return sns
    .map(({ subject, message }, index) =>
      noteCard({
        key: `sns-${index}`,
        title: subject ?? '',
        text: message,
        tone: toneOf(message),
        facts: [],
      }),
    )
    .reverse();
}

function toneOf(text) {
  if (text.startsWith('🔴')) return 'bad';
  return text.startsWith('🟢') ? 'good' : 'quiet';
}

function noteCard({ key, title, text, tone, facts }) {
  return h(
    'article',
    { key, class: 'notice', 'data-tone': tone },
    h('h3', {}, title),
    text && h('p', { class: 'text' }, text),
    h('p', { class: 'note' }, facts.filter(Boolean).join(' · ')),
  );
}

function empty(text) {
  return h('p', { key: 'empty', class: 'empty' }, text);
}
