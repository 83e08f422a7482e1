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
    tour: async ({ action }) => report('tour', await post('/api/tour', { action })),
    'load-stop': async () => report('load', await post('/api/load/stop', {})),

    async ops({ action }) {
      const startedMs = performance.now();
      const run = { action };
      set({ ops: run });
      const reason = byId('reason').value.trim() || t().ops.reasonPlaceholder;
      const force = byId('force').checked && forcible.includes(action);
      const drop = byId('drop').checked && action === 'recover';
      const options = { ...(force ? { force } : {}), ...(drop ? { dropUpdates: drop } : {}) };
      const said = await post('/api/ops', { action, reason, ...options });
      const answer = said.ok ? said : { ...said, error: failureText(said, t()) };
      // An earlier action's late answer does not overwrite a later action's.
      if (state.ops === run) set({ ops: { action, answer, elapsedMs: performance.now() - startedMs } });
    },

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
