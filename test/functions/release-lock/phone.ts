/**
 * A superadmin's phone in front of the function URL: it gets alerts, opens their links as a browser does, and sends the
 * forms on their pages. Attacks change its events before they are sent.
 */
import { composeMonitor } from '../../../functions/heartbeat-monitor/handler.ts';
import { composeOps, type OpsHandler } from '../../../functions/release-lock/handler.ts';
import type { HttpAnswer } from '../../../functions/release-lock/pages/layout.ts';
import type { LinkAction } from '../../../services/core/ops/links/signed-link.ts';
import { botToken, type FunctionFixture } from '../../support/function-fixture.ts';

export const domain = 'abc123.lambda-url.eu-central-1.on.aws';
export const linkEnvironment = {
  OPS_BASE_URL: `https://${domain}`,
  OPS_LINK_SECRET: 'a-link-secret-of-the-tests-0123456789',
  NOTIFY_LOCALE: 'ru',
};

export interface UrlEvent {
  readonly version: string;
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export interface Form {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly cookie: string;
}

const browserHeaders = {
  host: domain,
  'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8',
  'user-agent': 'a phone',
};

export function getEvent(path: string, more: Partial<UrlEvent> = {}): UrlEvent {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { ...browserHeaders, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    requestContext: { domainName: domain, http: { method: 'GET', path, protocol: 'HTTP/1.1' } },
    isBase64Encoded: false,
    ...more,
  };
}

/** What a browser sends from a page with `no-referrer`. */
export function postEvent({ path, fields, cookie }: Form, more: Partial<UrlEvent> = {}): UrlEvent {
  return {
    ...getEvent(path),
    headers: {
      ...browserHeaders,
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'null',
      'sec-fetch-site': 'same-origin',
    },
    cookies: [cookie],
    requestContext: { domainName: domain, http: { method: 'POST', path, protocol: 'HTTP/1.1' } },
    body: Buffer.from(new URLSearchParams(fields).toString()).toString('base64'),
    isBase64Encoded: true,
    ...more,
  };
}

export class Phone {
  readonly fixture: FunctionFixture;
  readonly telegramId: string;
  ops: OpsHandler;

  constructor(fixture: FunctionFixture, telegramId = '101', more: Readonly<Record<string, string>> = {}) {
    this.fixture = fixture;
    this.telegramId = telegramId;
    this.ops = composeOps(fixture.environment({ ...linkEnvironment, ...more }), fixture.seams);
  }

  /** Starts an outage and answers the paths of the links in its alert. */
  async goDown(): Promise<Readonly<Record<LinkAction, string>>> {
    await this.fixture.beat(400_000);
    await this.monitor();
    return this.newestLinks();
  }

  async monitor(): Promise<void> {
    await composeMonitor(this.fixture.environment(linkEnvironment), this.fixture.seams)({});
  }

  newestLinks(): Readonly<Record<LinkAction, string>> {
    const alert = this.fixture.messagesTo(this.telegramId).at(-1);
    const rows = (alert?.reply_markup?.['inline_keyboard'] ?? []) as { url: string }[][];
    const [recover = '', acknowledge = '', drop = '', status = ''] = rows
      .flat()
      .map(({ url }) => new URL(url).pathname);
    return { recover, acknowledge, 'drop-updates': drop, status };
  }

  async open(path: string, more: Partial<UrlEvent> = {}): Promise<HttpAnswer> {
    return (await this.ops(getEvent(path, more))) as HttpAnswer;
  }

  /** Opens a link and reads the form on its page. */
  async form(path: string, typed?: string): Promise<Form> {
    const { body, cookies } = await this.open(path);
    const hidden = [...body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
    const fields: Record<string, string> = {};
    for (const [, name = '', value = ''] of hidden) fields[name] = value;
    if (typed !== undefined) fields['typed'] = typed;
    return { path, fields, cookie: cookies?.[0]?.split(';')[0] ?? '' };
  }

  async send(form: Form, more: Partial<UrlEvent> = {}): Promise<HttpAnswer> {
    return (await this.ops(postEvent(form, more))) as HttpAnswer;
  }

  /** Every key in the store with its value, the queue and the restarts: what an attack must not change. */
  async everything(): Promise<string> {
    const { fixture } = this;
    const keys = (await fixture.store.command(['KEYS', '*'])) as string[];
    const values = await Promise.all(
      keys
        .sort()
        .map(async (key) => [key, await fixture.store.command(readerOf(await type(fixture, key), key))]),
    );
    const { pending } = fixture.telegram.state(botToken);
    return JSON.stringify([values, pending, fixture.restarts]);
  }
}

async function type(fixture: FunctionFixture, key: string): Promise<string> {
  return String(await fixture.store.command(['TYPE', key]));
}

function readerOf(kind: string, key: string): [string, ...string[]] {
  switch (kind) {
    case 'hash':
      return ['HGETALL', key];
    case 'list':
      return ['LRANGE', key, '0', '-1'];
    case 'stream':
      return ['XRANGE', key, '-', '+'];
    default:
      return ['GET', key];
  }
}
