/**
 * The control room's page: hears what the lab tells, draws what has changed, sends what is pressed.
 *
 * Everything comes over one stream of events; nothing is asked for twice. The language and the chosen tabs are the
 * only things that the page knows by itself.
 */
import { show } from './dom.js';
import { texts } from './texts.js';
import { commandsView, conversationOf, messagesView, peopleView } from './view-chat.js';
import { addLines } from './view-log.js';
import { nowView, summary, workersView } from './view-now.js';
import { opsResultView, opsView, timelineView } from './view-ops.js';
import { alertsView, channelsView } from './view-people.js';

const reconnectMs = 1500;
const toastMs = 4000;
const localeKey = 'staffprobot-locale';

const state = {
  locale: firstLocale(),
  connection: 'connecting',
  personId: 1001,
  channel: 'inbox',
  ops: undefined,
  signalTrouble: '',
};

const byId = (id) => document.getElementById(id);
const t = () => texts[state.locale];

/** Which parts of the page are drawn from what. */
const views = [
  { id: 'now', of: ['lab', 'now', 'locale'], view: nowView },
  { id: 'workers', of: ['now', 'locale'], view: workersView },
  { id: 'people', of: ['chats', 'personId', 'locale'], view: peopleView },
  { id: 'messages', of: ['chats', 'personId', 'audit', 'locale'], view: messagesView, follows: true },
  { id: 'commands', of: ['locale'], view: commandsView },
  { id: 'channels', of: ['inbox', 'telegramMessages', 'sns', 'channel', 'locale'], view: channelsView },
  { id: 'alerts', of: ['inbox', 'telegramMessages', 'sns', 'channel', 'chats', 'locale'], view: alertsView },
  { id: 'ops', of: ['locale'], view: opsView },
  { id: 'ops-result', of: ['ops', 'locale'], view: opsResultView },
  { id: 'timeline', of: ['audit', 'now', 'locale'], view: timelineView },
];

let changed = new Set();

function set(values) {
  if (changed.size === 0) requestAnimationFrame(draw);
  for (const [name, value] of Object.entries(values)) {
    state[name] = value;
    changed.add(name);
  }
}

function draw() {
  const names = changed;
  changed = new Set();
  for (const { id, of, view, follows } of views) {
    if (!of.some((name) => names.has(name))) continue;
    const root = byId(id);
    const atEnd = follows && root.scrollHeight - root.scrollTop - root.clientHeight < 60;
    show(root, view(state, t()));
    if (atEnd || (follows && names.has('personId'))) root.scrollTop = root.scrollHeight;
  }
  if (names.has('locale')) drawTexts();
  if (names.has('locale') || names.has('lab')) drawFacts();
  if (names.has('chats')) drawToast();
  if (names.has('personId') || names.has('locale') || names.has('chats')) drawInput();
  byId('signal-trouble').textContent = state.signalTrouble;
  drawSummary();
}

function drawSummary() {
  const { tone, text } = summary(state, t());
  const line = byId('summary');
  line.dataset.tone = tone;
  // The same sentence is not announced again and again.
  if (line.textContent !== text) line.textContent = text;
}

function drawTexts() {
  document.documentElement.lang = state.locale;
  for (const element of document.querySelectorAll('[data-t]')) {
    const text = element.dataset.t.split('.').reduce((part, name) => part[name], t());
    if (element.textContent !== text) element.textContent = text;
  }
  for (const button of document.querySelectorAll('[data-do="locale"]')) {
    button.setAttribute('aria-pressed', String(button.dataset.locale === state.locale));
  }
}

function drawFacts() {
  const { lab } = state;
  if (lab !== undefined) {
    byId('facts').textContent = t().facts(lab.store, lab.times.speed);
    const link = byId('prometheus');
    link.hidden = lab.prometheusUrl === null;
    if (lab.prometheusUrl !== null) link.href = `${lab.prometheusUrl}/alerts`;
  }
}

function drawInput() {
  const name = conversationOf(state)?.person.name ?? '';
  byId('text').placeholder = t().chat.placeholder(t().people[name] ?? name);
}

let lastToast;
let toastTimer;

function drawToast() {
  const toast = conversationOf(state)?.toast;
  if (!toast || toast.id === lastToast) return;
  lastToast = toast.id;
  const line = byId('toast');
  line.textContent = toast.text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    line.textContent = '';
  }, toastMs);
}

function connect() {
  const stream = new EventSource('/api/events');
  for (const name of ['lab', 'now', 'inbox', 'telegramMessages', 'sns', 'audit', 'chats']) {
    stream.addEventListener(name, ({ data }) => set({ [name]: JSON.parse(data), connection: 'live' }));
  }
  stream.addEventListener('log', ({ data }) => addLines(byId('log'), JSON.parse(data)));
  stream.addEventListener('open', () => void post('/api/locale', { locale: state.locale }));
  stream.addEventListener('error', () => {
    set({ connection: 'gone' });
    // A refused connection is tried again by the browser; a refused answer is not.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, reconnectMs);
  });
}

async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false, error: { message: t().summary.gone } };
  }
}

function say(text) {
  return post('/api/chat', { text, as: state.personId, locale: state.locale });
}

/** What a press on an element with `data-do` does. */
const doings = {
  locale({ locale }) {
    localStorage.setItem(localeKey, locale);
    set({ locale });
    void post('/api/locale', { locale });
  },
  person: ({ id }) => set({ personId: Number(id) }),
  channel: ({ channel }) => set({ channel }),
  command: ({ text }) => void say(text),
  press: ({ message, data }) =>
    void post('/api/chat/press', {
      messageId: Number(message),
      data,
      as: state.personId,
      locale: state.locale,
    }),
  async signal({ pid, signal }) {
    const answer = await post('/api/workers/signal', { pid: Number(pid), signal });
    const why = answer.error?.message ?? answer.error;
    set({ signalTrouble: answer.ok ? '' : t().workers.failed(why) });
  },
  async ops({ action }) {
    const startedMs = performance.now();
    const run = { action };
    set({ ops: run });
    const reason = byId('reason').value.trim() || t().ops.reasonPlaceholder;
    const force = byId('force').checked && ['release-lock', 'recover'].includes(action);
    const drop = byId('drop').checked && action === 'recover';
    const answer = await post('/api/ops', {
      action,
      reason,
      ...(force ? { force } : {}),
      ...(drop ? { dropUpdates: drop } : {}),
    });
    // A later action's answer is not overwritten by an earlier one's.
    if (state.ops === run) set({ ops: { action, answer, elapsedMs: performance.now() - startedMs } });
  },
};

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-do]');
  if (button !== null) void doings[button.dataset.do](button.dataset);
});

byId('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = byId('text');
  const text = input.value.trim();
  input.value = '';
  if (text !== '') void say(text);
});

/** Arrow keys move between tabs, as in every tab list. */
document.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const tab = event.target.closest?.('[role="tab"]');
  if (step === undefined || !tab) return;
  const tabs = [...tab.parentElement.children];
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
  next.click();
  next.focus();
  event.preventDefault();
});

function firstLocale() {
  const chosen = localStorage.getItem(localeKey);
  if (chosen === 'en' || chosen === 'ru') return chosen;
  return navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

// What scrolls can be scrolled by keyboard.
for (const id of ['messages', 'alerts', 'timeline', 'log']) byId(id).tabIndex = 0;
set({ locale: state.locale });
connect();
