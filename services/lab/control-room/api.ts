/**
 * The control room's JSON API: the actions of the page's buttons, and the whole state for programs.
 *
 * | call | does |
 * | --- | --- |
 * | `GET /api/state` | everything the page shows, and the addresses of the lab's servers |
 * | `GET /api/environment` | the settings with which `npx staffprobot --lab` acts on the lab |
 * | `POST /api/chat {text, as?, locale?}` | a person (`as`: a Telegram id) writes to the bot |
 * | `POST /api/chat/press {messageId, data, as?, locale?}` | a person presses a button under a message |
 * | `POST /api/chat/act {messageId, act, option?, emoji?, as?, locale?}` | a person votes, reacts or pays |
 * | `POST /api/chat/media {…}` | a person sends files, a place or a contact: see `chat-media.ts` |
 * | `POST /api/ops {action, force?, dropUpdates?, reason?}` | invokes the ops function and returns its answer |
 * | `POST /api/locale {locale}` | sets the language of alerts |
 * | `POST /api/workers/signal {pid, signal}` | sends a signal to one of the lab's workers or consumers |
 * | `POST /api/load {perSecond, chats}`, `POST /api/load/stop` | starts or stops virtual people who write messages |
 * | `POST /api/drills {drill, worker?}`, `POST /api/drills/mend {drill}` | breaks something and checks the promise; fixes it now |
 * | `POST /api/tour {action}` | starts or stops the guided tour: `start`, `stop` |
 *
 * A refusal is `{ok: false, error, says}`: the reason in English, and in both languages.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { reasonLengthMax } from '../../core/ops/payload.ts';
import type { Locale } from '../../core/platform/locale.ts';
import { locales } from '../../core/platform/locale.ts';
import type { Conversation } from '../chats/conversations.ts';
import { readPageAct } from '../chats/page-acts.ts';
import { type Person, people } from '../chats/people.ts';
import type { Lab } from '../lab.ts';
import { chatsMax, perSecondMax } from '../load/load-generator.ts';
import { servicesOf } from '../queue-mode/queue-mode.ts';
import { functionEnvironment } from '../settings/lab-environment.ts';
import type { Refusal } from '../shared/refusal.ts';
import { same, type Text, text } from '../shared/text.ts';
import { sendMedia } from './chat-media.ts';
import { buildSections, labAddresses, labFacts } from './snapshot.ts';
import { readStore } from './store-reading.ts';

export interface ApiAnswer {
  readonly status: 200 | Refusal['status'];
  readonly body: unknown;
}

type Body = Readonly<Record<string, unknown>>;
type Call = (lab: Lab, body: Body) => ApiAnswer | Promise<ApiAnswer>;

const signals = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGCONT'] as const;
const textLengthMax = 4096;
const requester = 'control room';
const tourWrites = text(
  'the tour sends messages itself: stop it first',
  'экскурсия сама отправляет сообщения: сначала остановите её',
);

export type ApiState = Awaited<ReturnType<typeof wholeState>>;

async function wholeState(lab: Lab) {
  const { now, ...sections } = buildSections(lab, await readStore(lab));
  const { drills: drillFacts, ...facts } = labFacts(lab);
  const { samples } = lab.sampler;
  return {
    ...facts,
    drillFacts,
    ...now,
    ...sections,
    telegramMessages: sections.chats.filter(({ person }) => person.isSuperadmin).flatMap(botMessages),
    samples,
    log: lab.log.entries,
    urls: labAddresses(lab),
  };
}

/** The bot's messages to a superadmin. */
function botMessages({ person, messages }: Conversation) {
  return messages
    .filter(({ from }) => from === 'bot')
    .map(({ id, text, atMs }) => ({ to: person.id, name: person.name, id, text, atMs }));
}

const calls: Readonly<Record<string, Call>> = {
  async 'GET /api/state'(lab) {
    return done(await wholeState(lab));
  },

  'GET /api/environment'(lab) {
    return done({ environment: functionEnvironment(lab.addresses, lab.times.current) });
  },

  'POST /api/chat'(lab, body) {
    const { text: words } = body;
    const person = personOf(body);
    if (person === undefined) return bad(`as: expected one of ${people.map(({ id }) => id).join(', ')}`);
    if (typeof words !== 'string' || words.trim() === '' || words.length > textLengthMax) {
      return bad(`text: expected 1 to ${textLengthMax} characters`);
    }
    return done({ messageId: lab.conversations.say(person, words.trim(), localeOf(body)) });
  },

  'POST /api/chat/media'(lab, body) {
    const person = personOf(body);
    if (person === undefined) return bad(`as: expected one of ${people.map(({ id }) => id).join(', ')}`);
    const sent = sendMedia(lab.conversations, { person, body, locale: localeOf(body) });
    return typeof sent === 'string' ? bad(sent) : done(sent);
  },

  'POST /api/chat/press'(lab, body) {
    const { messageId, data } = body;
    const person = personOf(body);
    if (person === undefined) return bad(`as: expected one of ${people.map(({ id }) => id).join(', ')}`);
    if (typeof messageId !== 'number' || typeof data !== 'string') {
      return bad('expected messageId (a number) and data (a text)');
    }
    const pressed = lab.conversations.press(person, messageId, data, localeOf(body));
    return pressed ? done({}) : refuse(404, text('this button no longer exists', 'этой кнопки больше нет'));
  },

  'POST /api/chat/act'(lab, body) {
    const person = personOf(body);
    if (person === undefined) return bad(`as: expected one of ${people.map(({ id }) => id).join(', ')}`);
    const act = readPageAct(body);
    if (typeof act === 'string') return bad(act);
    const isDone = lab.conversations.act(person, Number(body['messageId']), act, localeOf(body));
    return isDone ? done({}) : refuse(409, text('Telegram refuses this', 'Telegram этого не позволяет'));
  },

  async 'POST /api/ops'(lab, body) {
    const reason = typeof body['reason'] === 'string' ? body['reason'].slice(0, reasonLengthMax) : '';
    const payload = {
      ...body,
      reason: reason.trim() === '' ? 'pressed in the control room' : reason,
      requestedBy: requester,
    };
    return { status: 200, body: await lab.functions.ops(payload) };
  },

  'POST /api/locale'(lab, { locale }) {
    const known = locales.find((one) => one === locale);
    if (known === undefined) return bad(`locale: expected one of ${locales.join(', ')}`);
    lab.functions.locale = known;
    return done({});
  },

  'POST /api/workers/signal'(lab, { pid, signal }) {
    const known = signals.find((one) => one === signal);
    if (known === undefined) return bad(`signal: expected one of ${signals.join(', ')}`);
    const tasks = servicesOf(lab).flatMap((service) => service.tasks);
    const task = tasks.find((one) => one.pid !== undefined && one.pid === pid);
    if (task === undefined) return refuse(404, text('no worker has this pid', 'воркера с таким pid нет'));
    lab.log.say('control room', 'info', `${known} to ${task.identity.name}`, JSON.stringify({ pid }));
    return task.signal(known)
      ? done({})
      : refuse(409, text('this worker has already ended', 'этот воркер уже завершился'));
  },

  'POST /api/load'(lab, { perSecond, chats }) {
    if (!isCount(perSecond, perSecondMax)) {
      return refuse(
        400,
        text(
          `perSecond: expected a whole number from 1 to ${perSecondMax}`,
          `сообщений в секунду: ожидается целое число от 1 до ${perSecondMax}`,
        ),
      );
    }
    if (!isCount(chats, chatsMax)) {
      return refuse(
        400,
        text(
          `chats: expected a whole number from 1 to ${chatsMax}`,
          `чатов: ожидается целое число от 1 до ${chatsMax}`,
        ),
      );
    }
    if (lab.tour.isRunning) return refuse(409, tourWrites);
    lab.load.start({ perSecond, chats });
    return done({});
  },

  'POST /api/load/stop'(lab) {
    if (lab.tour.isRunning) return refuse(409, tourWrites);
    lab.load.stop();
    return done({});
  },

  async 'POST /api/drills'(lab, { drill, worker }) {
    const refusal = await lab.drills.start(drill, worker);
    return refusal === undefined ? done({}) : refuse(refusal.status, refusal.error);
  },

  'POST /api/drills/mend'(lab, { drill }) {
    return lab.drills.fix(drill) ? done({}) : refuse(409, text('there is nothing to fix', 'чинить нечего'));
  },

  'POST /api/tour'(lab, { action }) {
    if (action === 'start') {
      const refusal = lab.tour.start();
      return refusal === undefined ? done({}) : refuse(409, refusal);
    }
    if (action !== 'stop') return bad('action: expected start or stop');
    return lab.tour.stop() ? done({}) : refuse(409, text('the tour is not running', 'экскурсия не запущена'));
  },
};

/** Undefined for an unknown call. */
export function findCall(method: string, path: string): Call | undefined {
  const name = `${method} ${path}`;
  return Object.hasOwn(calls, name) ? calls[name] : undefined;
}

function personOf({ as = people[0]?.id }: Body): Person | undefined {
  return people.find(({ id }) => id === as);
}

function localeOf({ locale }: Body): Locale {
  return locales.find((known) => known === locale) ?? 'en';
}

function done(body: Body): ApiAnswer {
  return { status: 200, body: { ok: true, ...body } };
}

/** The page never sends these: only programs see the reason. */
function bad(error: string): ApiAnswer {
  return refuse(400, same(error));
}

function refuse(status: Refusal['status'], error: Text): ApiAnswer {
  return { status, body: { ok: false, error: error.en, says: error } };
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;
}
