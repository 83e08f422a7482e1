/** What reached the superadmins: the in-app inbox, Telegram, and the topic that fans out by mail. */
import { h } from './dom.js';
import { clockTime } from './times.js';

export const channels = ['inbox', 'telegram', 'sns'];

export function channelsView(state, t) {
  return channels.map((channel) => {
    const count = countOf(state, channel);
    return h(
      'button',
      {
        key: channel,
        type: 'button',
        role: 'tab',
        id: `channel-${channel}`,
        'aria-selected': channel === state.channel,
        'aria-controls': 'alerts',
        tabindex: channel === state.channel ? 0 : -1,
        'data-do': 'channel',
        'data-channel': channel,
      },
      t.superadmins.channels[channel],
      count > 0 && h('span', { class: 'count' }, String(count)),
    );
  });
}

function countOf({ inbox, telegramMessages, sns }, channel) {
  if (channel === 'telegram') return telegramMessages?.length ?? 0;
  if (channel === 'sns') return sns?.length ?? 0;
  return Object.values(inbox ?? {}).reduce((sum, { total }) => sum + total, 0);
}

export function alertsView(state, t) {
  if (state.channel === 'telegram') return telegramView(state, t);
  return state.channel === 'sns' ? topicView(state, t) : inboxView(state, t);
}

function inboxView({ inbox, chats }, t) {
  if (inbox === undefined) return [];
  if (inbox === null) return [empty(t.superadmins.unknown)];
  const entries = Object.entries(inbox).flatMap(([id, { notifications }]) =>
    notifications.map((one) => ({ ...one, to: nameOf(chats, Number(id), t), personId: id })),
  );
  if (entries.length === 0) return [empty(t.superadmins.emptyInbox)];
  return entries
    .sort((a, b) => b.ts.localeCompare(a.ts))
    .map(({ id, personId, title, text, ts, to, read, priority }) =>
      notice({
        key: `${personId}-${id}`,
        title,
        text,
        tone: priority === 'URGENT' ? 'bad' : 'good',
        facts: [clockTime(Date.parse(ts)), t.superadmins.to(to), read ? null : t.superadmins.unread],
      }),
    );
}

function telegramView({ telegramMessages = [] }, t) {
  if (telegramMessages.length === 0) return [empty(t.superadmins.emptyTelegram)];
  return [...telegramMessages]
    .sort((a, b) => b.atMs - a.atMs || b.id - a.id)
    .map(({ id, to, name, text, atMs }) => {
      const [title, ...lines] = text.split('\n');
      return notice({
        key: `${to}-${id}`,
        title,
        text: lines.join('\n'),
        tone: toneOf(title),
        facts: [clockTime(atMs), t.superadmins.to(t.people[name] ?? name)],
      });
    });
}

function topicView({ sns = [] }, t) {
  if (sns.length === 0) return [empty(t.superadmins.emptySns)];
  return sns
    .map(({ subject, message }, index) =>
      notice({ key: `sns-${index}`, title: subject ?? '', text: message, tone: toneOf(message), facts: [] }),
    )
    .reverse();
}

function toneOf(text) {
  if (text.startsWith('🔴')) return 'bad';
  return text.startsWith('🟢') ? 'good' : 'quiet';
}

function nameOf(chats, id, t) {
  const name = chats?.find(({ person }) => person.id === id)?.person.name ?? String(id);
  return t.people[name] ?? name;
}

function notice({ key, title, text, tone, facts }) {
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
