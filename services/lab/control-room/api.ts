/**
 * The control room's JSON API: what the page's buttons do, and the state for programs.
 *
 * | call | does |
 * | --- | --- |
 * | `GET /api/state` | everything that the page shows, and where the lab's servers are |
 * | `POST /api/chat {text, as?, locale?}` | a person (`as`: a Telegram id) writes to the bot |
 * | `POST /api/chat/press {messageId, data, as?, locale?}` | a person presses a button under a message |
 * | `POST /api/ops {action, force?, dropUpdates?, reason?}` | invokes the ops function; its answer as it is |
 * | `POST /api/locale {locale}` | the language of alerts from now on |
 * | `POST /api/workers/signal {pid, signal}` | sends a signal to one of the lab's workers |
 */
import { reasonLengthMax } from '../../core/ops/payload.ts';
import { type Locale, locales } from '../../core/settings.ts';
import type { Lab } from '../lab.ts';
import { type Person, people } from '../people.ts';
import { labAddresses, labFacts, takeSections } from './snapshot.ts';

export interface ApiAnswer {
  readonly status: 200 | 400 | 404 | 409;
  readonly body: unknown;
}

type Body = Readonly<Record<string, unknown>>;
type Call = (lab: Lab, body: Body) => ApiAnswer | Promise<ApiAnswer>;

const signals = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGCONT'] as const;
const textLengthMax = 4096;
const requester = 'control room';

export type ApiState = Awaited<ReturnType<typeof wholeState>>;

async function wholeState(lab: Lab) {
  const { now, ...sections } = await takeSections(lab);
  return { ...labFacts(lab), ...now, ...sections, log: lab.log.entries, urls: labAddresses(lab) };
}

const calls: Readonly<Record<string, Call>> = {
  async 'GET /api/state'(lab) {
    return done(await wholeState(lab));
  },

  'POST /api/chat'(lab, body) {
    const { text } = body;
    const person = personOf(body);
    if (person === undefined) return bad(`as: expected one of ${people.map(({ id }) => id).join(', ')}`);
    if (typeof text !== 'string' || text.trim() === '' || text.length > textLengthMax) {
      return bad(`text: expected 1 to ${textLengthMax} characters`);
    }
    return done({ messageId: lab.conversations.say(person, text.trim(), localeOf(body)) });
  },

  'POST /api/chat/press'(lab, body) {
    const { messageId, data } = body;
    const person = personOf(body);
    if (person === undefined) return bad(`as: expected one of ${people.map(({ id }) => id).join(', ')}`);
    if (typeof messageId !== 'number' || typeof data !== 'string') {
      return bad('expected messageId (a number) and data (a text)');
    }
    const pressed = lab.conversations.press(person, messageId, data, localeOf(body));
    return pressed
      ? done({})
      : { status: 404, body: { ok: false, error: 'there is no such button any more' } };
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
    const task = lab.tasks.tasks.find((one) => one.pid !== undefined && one.pid === pid);
    if (task === undefined) return { status: 404, body: { ok: false, error: 'no worker has this pid' } };
    lab.log.say('control room', 'info', `${known} to ${task.identity.name}`, JSON.stringify({ pid }));
    return task.signal(known)
      ? done({})
      : { status: 409, body: { ok: false, error: 'this worker has ended already' } };
  },
};

/** Undefined when there is no such call. */
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

function bad(error: string): ApiAnswer {
  return { status: 400, body: { ok: false, error } };
}
