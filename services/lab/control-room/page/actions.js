/**
 * The actions behind the page's buttons and forms: an element names its action in `data-do` and passes its `data-` values.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { readFiles } from './file-reader.js';
import { failureText, post } from './lab-client.js';

export const localeKey = 'staffprobot-locale';

const byId = (id) => document.getElementById(id);
/** Where everybody is who shares their location. */
const redSquare = { latitude: 55.7539, longitude: 37.6208 };
const forcible = ['release-lock', 'recover'];
/** How many answers are kept, so that a second repair does not hide the first's. */
const answersShown = 5;

/**
 * @param {{state: object, set: (values: object) => void, t: () => object}} page
 */
export function createActions({ state, set, t }) {
  /** Shows under `place` why an action failed, or clears the message. */
  const report = (place, answer) =>
    set({
      troubles: { ...state.troubles, [place]: answer.ok ? '' : t().workers.failed(failureText(answer, t())) },
    });

  /** Somebody does something with a message. What Telegram refuses just does not happen. */
  const act = ({ message, as }, what) =>
    void post('/api/chat/act', {
      ...what,
      messageId: Number(message),
      as: Number(as),
      locale: state.locale,
    });
  const sendMedia = async (media) => {
    const writes = state.writers.map((as) => post('/api/chat/media', { ...media, as, locale: state.locale }));
    const answers = await Promise.all(writes);
    report('chat', answers.find(({ ok }) => !ok) ?? { ok: true });
  };

  return {
    locale({ locale }) {
      localStorage.setItem(localeKey, locale);
      set({ locale });
      void post('/api/locale', { locale });
    },

    person({ id }) {
      const chosen = Number(id);
      const others = state.writers.filter((one) => one !== chosen);
      const writers = state.writers.includes(chosen) ? others : [...state.writers, chosen];
      if (writers.length > 0) set({ writers });
    },
    everyone: () => set({ writers: (state.chats ?? []).map(({ person }) => person.id) }),
    owner: ({ id }) => set({ ownerId: Number(id) }),
    app: ({ app }) => set({ app }),

    press: ({ message, data, as }) =>
      void post('/api/chat/press', {
        messageId: Number(message),
        data,
        as: Number(as),
        locale: state.locale,
      }),

    vote: ({ message, option, as }) => act({ message, as }, { act: 'vote', option: Number(option) }),
    react: ({ message, emoji, as }) => act({ message, as }, { act: 'react', emoji }),
    pay: ({ message, as }) => act({ message, as }, { act: 'pay' }),

    async signal({ pid, signal }) {
      report('worker', await post('/api/workers/signal', { pid: Number(pid), signal }));
    },
    async drill({ drill }) {
      const takesWorker = state.lab?.drills?.find(({ id }) => id === drill)?.target === 'worker';
      const worker = takesWorker ? byId('drill-worker').value : '';
      report('drill', await post('/api/drills', { drill, ...(worker === '' ? {} : { worker }) }));
    },
    fix: async ({ drill }) => report('drill', await post('/api/drills/mend', { drill })),
    async tour({ action }) {
      const answer = await post('/api/tour', { action });
      report('tour', answer);
      // The running step and the phone are in sight together from here.
      if (answer.ok && action === 'start') byId('tour').scrollIntoView();
    },
    'load-stop': async () => report('load', await post('/api/load/stop', {})),

    async ops({ action, confirmed }) {
      const drop = byId('drop').checked && action === 'recover';
      if ((drop || action === 'drop-updates') && confirmed === undefined) {
        set({ confirming: { action, pending: waitingUpdates(state) } });
        requestAnimationFrame(() => byId('keep').focus());
        return;
      }
      const startedMs = performance.now();
      const run = { id: state.ops.length === 0 ? 1 : state.ops[0].id + 1, action };
      set({ confirming: undefined, ops: [run, ...state.ops].slice(0, answersShown) });
      const reason = byId('reason').value.trim() || t().ops.reasonPlaceholder;
      const force = byId('force').checked && forcible.includes(action);
      const options = { ...(force ? { force } : {}), ...(drop ? { dropUpdates: drop } : {}) };
      const said = await post('/api/ops', { action, reason, ...options });
      const answer = said.ok ? said : { ...said, error: failureText(said, t()) };
      const done = { ...run, answer, elapsedMs: performance.now() - startedMs };
      set({ ops: state.ops.map((one) => (one === run ? done : one)) });
    },
    'ops-keep': () => set({ confirming: undefined }),

    async files({ files, text }) {
      const read = await readFiles(files);
      await sendMedia({ files: read, text });
    },
    share: ({ what }) => sendMedia(what === 'contact' ? { contact: true } : { location: redSquare }),

    say({ text }) {
      for (const as of state.writers) void post('/api/chat', { text, as, locale: state.locale });
    },
    async load({ perSecond, chats }) {
      report('load', await post('/api/load', { perSecond: Number(perSecond), chats: Number(chats) }));
    },
  };
}

/** At Telegram, and in the updates queue; null if nothing is known yet. */
function waitingUpdates({ now, queue }) {
  if (now === undefined) return null;
  return now.pendingUpdates + (queue ? queue.visible + queue.inFlight : 0);
}
