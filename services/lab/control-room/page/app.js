/**
 * The control room's page: receives the lab's events, redraws what changed, sends the user's actions.
 *
 * All data comes over one event stream and none is polled. The page itself owns only the language, the chosen people and
 * the chosen tab. A section that an older lab does not send leaves its part of the page empty.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { createActions, localeKey } from './actions.js';
import { Charts } from './charts.js';
import { show } from './dom.js';
import { followEnd } from './follow-end.js';
import { listen, post } from './lab-client.js';
import { barsUpdated, stopBars } from './moving-bars.js';
import { texts } from './texts/index.js';
import { commandsView, conversationsView, inOrder, peopleView, personName } from './views/chat.js';
import { drillsView, drillTargetView, quickDrillsView } from './views/drills.js';
import { factsView } from './views/facts.js';
import { handlersView } from './views/handlers.js';
import { loadButtonsView, loadView } from './views/load.js';
import { addLines } from './views/log.js';
import { opsResultView, opsView } from './views/ops.js';
import { appsView, newsOf, ownersView, phoneTopView, screenView } from './views/phone.js';
import { queueView } from './views/queue.js';
import { faultsView, summary } from './views/summary.js';
import { timelineView } from './views/timeline.js';
import { tourButtonView, tourStepsView, tourWords } from './views/tour.js';
import { workersView } from './views/workers.js';

const toastMs = 4000;
/** Every lab sends these on connection; the page is shown once they are here. */
const requiredSections = ['lab', 'now'];

const state = {
  locale: firstLocale(),
  connection: 'connecting',
  writers: [1001],
  ownerId: undefined,
  app: 'telegram',
  /** The newest first. */
  ops: [],
  /** The action that waits for a yes, and how many updates it would delete. */
  confirming: undefined,
  toasts: {},
  troubles: {},
};

const byId = (id) => document.getElementById(id);
const t = () => texts[state.locale];
const charts = new Charts(byId('charts'));

/** The parts of the page, each with the state that it is drawn from. */
const views = [
  { id: 'faults', of: ['now', 'tour', 'drills', 'locale'], view: faultsView },
  { id: 'handlers', of: ['handlers', 'locale'], view: handlersView },
  { id: 'tour-button', of: ['lab', 'tour', 'locale'], view: tourButtonView },
  { id: 'tour-steps', of: ['lab', 'tour', 'locale'], view: tourStepsView },
  { id: 'workers', of: ['lab', 'now', 'locale'], view: workersView },
  { id: 'now', of: ['lab', 'now', 'locale'], view: factsView },
  { id: 'queue', of: ['queue', 'locale'], view: queueView },
  { id: 'owners', of: ['chats', 'ownerId', 'locale'], view: ownersView },
  { id: 'phone-top', of: ['now', 'app', 'locale'], view: phoneTopView },
  { id: 'apps', of: ['chats', 'inbox', 'sns', 'ownerId', 'app', 'locale'], view: appsView },
  { id: 'screen', of: ['chats', 'inbox', 'sns', 'audit', 'ownerId', 'app', 'locale'], view: screenView },
  { id: 'quick-drills', of: ['lab', 'drills', 'tour', 'locale'], view: quickDrillsView },
  { id: 'drill-target', of: ['lab', 'now', 'locale'], view: drillTargetView },
  { id: 'drills', of: ['lab', 'drills', 'tour', 'locale'], view: drillsView },
  { id: 'people', of: ['chats', 'writers', 'locale'], view: peopleView },
  { id: 'conversations', of: ['chats', 'writers', 'audit', 'toasts', 'locale'], view: conversationsView },
  { id: 'commands', of: ['locale'], view: commandsView },
  { id: 'load-buttons', of: ['load', 'locale'], view: loadButtonsView },
  { id: 'load', of: ['load', 'locale'], view: loadView },
  { id: 'timeline', of: ['audit', 'now', 'chats', 'locale'], view: timelineView },
  { id: 'ops', of: ['confirming', 'locale'], view: opsView },
  { id: 'ops-result', of: ['ops', 'locale'], view: opsResultView },
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
  const has = (...wanted) => wanted.some((name) => names.has(name));
  const scrollToEnd = followEnd(byId('screen'), () => state);
  for (const { id, of, view } of views) if (has(...of)) show(byId(id), view(state, t()));
  scrollToEnd();
  if (has('locale')) drawTexts();
  if (has('locale', 'lab')) drawFacts();
  if (has('locale', 'lab', 'audit')) {
    charts.configure({ t: t(), limitSeconds: state.lab?.times.heartbeatStaleSeconds, audit: state.audit });
  }
  if (has('chats')) showToasts();
  if (has('chats', 'ownerId', 'writers')) announceAlerts();
  if (has('app')) byId('screen').setAttribute('aria-labelledby', `app-${state.app}`);
  if (has('writers', 'locale', 'chats')) drawInput();
  for (const id of ['faults', 'handlers', 'queue']) byId(id).hidden = byId(id).childNodes.length === 0;
  if (has('troubles')) {
    for (const [place, text] of Object.entries(state.troubles)) write(byId(`${place}-trouble`), text);
  }
  document.body.dataset.tour = state.tour?.running ? 'running' : 'still';
  const { tone, text } = tourWords(state, t());
  byId('tour-words').dataset.tone = tone;
  write(byId('tour-words'), text);
  drawSummary();
  if (state.connection === 'gone' || requiredSections.every((name) => name in state)) {
    document.body.removeAttribute('data-waiting');
  }
}

function drawSummary() {
  const { tone, text } = summary(state, t());
  byId('standing').dataset.tone = tone;
  byId('summary').dataset.tone = tone;
  write(byId('summary'), text);
}

let news;

/** Tells a screen reader of the phone's new messages since the page was opened. */
function announceAlerts() {
  const before = news;
  news = newsOf(state);
  if (before === undefined || news.ownerId !== before.ownerId || news.id <= before.id) return;
  // An open conversation announces its own messages.
  if (state.writers.includes(news.ownerId)) return;
  write(byId('phone-news'), t().phone.news(personName(news.name, t()), news.text));
}

/** Writes only changes, so that a screen reader does not repeat the same sentence. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function drawTexts() {
  document.documentElement.lang = state.locale;
  const textAt = (path) => path.split('.').reduce((part, name) => part[name], t());
  for (const element of document.querySelectorAll('[data-t]')) write(element, textAt(element.dataset.t));
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', textAt(element.dataset.label));
  }
  for (const button of document.querySelectorAll('[data-do="locale"]')) {
    button.setAttribute('aria-pressed', String(button.dataset.locale === state.locale));
  }
}

function drawFacts() {
  const { lab } = state;
  if (lab === undefined) return;
  write(byId('facts'), t().facts(lab.store, lab.times.speed));
  const link = byId('prometheus');
  link.hidden = lab.prometheusUrl === null;
  if (lab.prometheusUrl !== null) link.href = lab.prometheusUrl;
}

function drawInput() {
  const names = inOrder(state.chats)
    .filter(({ person }) => state.writers.includes(person.id))
    .map(({ person }) => personName(person.name, t()));
  byId('text').placeholder = t().chat.placeholder(names);
}

const shownToasts = new Map();

/** Shows the bot's answer to a pressed button for a moment. */
function showToasts() {
  for (const { person, toast } of state.chats) {
    if (!toast || shownToasts.get(person.id) === toast.id) continue;
    shownToasts.set(person.id, toast.id);
    set({ toasts: { ...state.toasts, [person.id]: toast.text } });
    setTimeout(() => {
      if (shownToasts.get(person.id) === toast.id) set({ toasts: { ...state.toasts, [person.id]: '' } });
    }, toastMs);
  }
}

function onSection(name, value) {
  // The same store reading may come again, together with news of the lab's own.
  const isNewReading = name === 'now' && value.atMs !== state.now?.atMs;
  if (name === 'log') addLines(byId('log'), value);
  else if (name === 'samples') charts.reset(value);
  else if (name === 'sample') charts.add(value);
  else set({ [name]: value, connection: 'live' });
  if (isNewReading) barsUpdated();
}

const actions = createActions({ state, set, t });

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-do]');
  if (button !== null) void actions[button.dataset.do](button.dataset);
});

byId('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = byId('text');
  const text = input.value.trim();
  input.value = '';
  if (text !== '') actions.say({ text });
});

/** Chosen files are sent at once; what stands in the field is their caption. */
byId('files').addEventListener('change', ({ target }) => {
  const input = byId('text');
  const text = input.value.trim();
  input.value = '';
  void actions.files({ files: [...target.files], text });
  // The same file may be chosen again.
  target.value = '';
});

byId('load-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void actions.load({ perSecond: byId('load-per-second').value, chats: byId('load-chats').value });
});

/** Arrow keys move between tabs (the WAI-ARIA tabs pattern). */
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

/** Keeps the targets of links clear of the sticky status line, whatever its height. */
new ResizeObserver(([{ target }]) => {
  document.documentElement.style.setProperty('--standing', `${target.offsetHeight}px`);
}).observe(byId('standing'));

// Scrollable areas must be reachable by keyboard.
for (const id of ['screen', 'timeline', 'log']) byId(id).tabIndex = 0;
set({ locale: state.locale });
listen({
  onSection,
  onOpen: () => void post('/api/locale', { locale: state.locale }),
  onGone() {
    stopBars();
    set({ connection: 'gone' });
  },
});
