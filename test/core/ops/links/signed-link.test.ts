import { beforeEach, describe, expect, it } from 'vitest';
import { linkSigner } from '../../../../services/adapters/link-signer.ts';
import { redisLinkStore } from '../../../../services/adapters/redis/links/link-store.ts';
import { sendTelegram } from '../../../../services/core/alerts/channels.ts';
import type { InboxEntry } from '../../../../services/core/alerts/inbox-entry.ts';
import { alertLinks } from '../../../../services/core/ops/links/alert-buttons.ts';
import { linkActions, linkText, readLinkText } from '../../../../services/core/ops/links/link.ts';
import { createLink, type LinkIssuer, verifyLink } from '../../../../services/core/ops/links/signed-link.ts';
import { type BotApi, BotApiRefusedError } from '../../../../services/core/platform/bot-api.ts';
import type { Logger } from '../../../../services/core/platform/logger.ts';
import { StoreUnreachableError } from '../../../../services/core/platform/store-errors.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { type EmbeddedRunner, embeddedRunner } from '../../../support/embedded-runner.ts';

const signer = linkSigner('a-secret-of-sixteen');
const outageId = `outage-${'b'.repeat(32)}`;
let runner: EmbeddedRunner;
let maker: LinkIssuer;
let tokens = 0;

beforeEach(async () => {
  runner = await embeddedRunner();
  const random = {
    unit: () => 0,
    token: () => {
      tokens += 1;
      return String(tokens).padStart(32, '0');
    },
  };
  maker = { store: redisLinkStore(runner, storeKeys('')), signer, random };
});

describe('a link', () => {
  it.each(linkActions)('for %s is read from its path as it was made', async (action) => {
    const purpose = { action, recipient: '7000000001', outageId };
    const path = await createLink(maker, purpose);
    const link = verifyLink(signer, path);
    expect(link).toMatchObject(purpose);
    expect(link && (await maker.store.read(link))).toEqual({ state: 'unused' });
    expect(path.length).toBeLessThan(200);
  });

  it('is gone by itself after 15 minutes', async () => {
    const link = verifyLink(signer, await createLink(maker, { action: 'status', recipient: '1', outageId }));
    if (link === undefined) throw new Error('a link');
    runner.nowMs += 15 * 60_000 - 1000;
    expect(await maker.store.read(link)).toBeDefined();
    runner.nowMs += 1001;
    expect(await maker.store.read(link)).toBeUndefined();
  });

  it('does not outlive a change of the secret', async () => {
    const path = await createLink(maker, { action: 'status', recipient: '1', outageId });
    expect(verifyLink(linkSigner('another-secret-here'), path)).toBeUndefined();
  });

  it('with any character changed is none', async () => {
    const path = await createLink(maker, { action: 'recover', recipient: '12', outageId });
    for (let at = 0; at < path.length; at += 1) {
      for (const other of ['a', '.', '0', '/', '%']) {
        if (path[at] === other) continue;
        expect(verifyLink(signer, `${path.slice(0, at)}${other}${path.slice(at + 1)}`)).toBeUndefined();
      }
    }
  });

  it.each(['', '.', 'status', 'status.0.o.', 'Status.1.o.', 'status.1..', 'status.1.o o.'])(
    'does not have the text %j',
    (start) => expect(readLinkText(`${start}${'a'.repeat(32)}`)).toBeUndefined(),
  );

  it('has a text that says all of it', () => {
    const link = { id: 'a'.repeat(32), action: 'status', recipient: '1', outageId } as const;
    expect(readLinkText(linkText(link))).toEqual(link);
  });
});

describe('a signature', () => {
  it('is good for its text, its purpose and its secret alone', () => {
    const signature = signer.sign('link', 'text');
    expect(signer.isSigned('link', 'text', signature)).toBe(true);
    expect(signer.isSigned('form', 'text', signature)).toBe(false);
    expect(signer.isSigned('link', 'text2', signature)).toBe(false);
    expect(signer.isSigned('link', 'text', '')).toBe(false);
    expect(signer.isSigned('link', 'text', `${signature}=`)).toBe(false);
    expect(linkSigner('another-secret-here').isSigned('link', 'text', signature)).toBe(false);
  });
});

describe('an alert', () => {
  const warnings: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: (message) => void warnings.push(message),
    error: () => {},
  };
  const links = () => alertLinks({ ...maker, baseUrl: 'https://ops.example', locale: 'en', logger });
  const note: InboxEntry = {
    id: '1',
    type: 't',
    priority: 'URGENT',
    title: 'Down',
    text: 'why',
    ts: '',
    read: false,
  };

  it('carries three links', async () => {
    const buttons = await links().buttons('101', outageId);
    expect(buttons.map(({ text }) => text)).toEqual(['🔧 Repair', '🗑 Drop the queue', '📊 Status']);
    for (const { url } of buttons) {
      expect(url).toMatch(/^https:\/\/ops\.example\//);
      expect(verifyLink(signer, url.slice('https://ops.example'.length))).toMatchObject({
        recipient: '101',
      });
    }
  });

  it('goes without links when they cannot be stored', async () => {
    runner.failure = new StoreUnreachableError('make-ops-link-1', new Error('no answer in time'));
    expect(await links().buttons('101', outageId)).toEqual([]);
    expect(warnings).toEqual(['the alert goes without links']);
  });

  const refusing = (description: string): BotApi & { readonly sent: unknown[] } => {
    const sent: unknown[] = [];
    return {
      sent,
      async call<Result>(method: string, parameters: Readonly<Record<string, unknown>>) {
        sent.push(parameters['reply_markup'] !== undefined);
        if (parameters['reply_markup'] !== undefined || !description.includes('URL')) {
          throw new BotApiRefusedError(method, { status: 400, description });
        }
        return {} as Result;
      },
    };
  };

  it('goes without buttons when Telegram does not take them', async () => {
    const api = refusing("Bad Request: inline keyboard button URL 'http://127.0.0.1' is invalid");
    const buttons = await links().buttons('101', outageId);
    expect(await sendTelegram(api, '101', note, buttons)).toEqual({ kind: 'sent' });
    expect(api.sent).toEqual([true, false]);
  });

  it('is not sent twice to a chat that does not exist', async () => {
    const api = refusing('Bad Request: chat not found');
    const buttons = await links().buttons('101', outageId);
    expect(await sendTelegram(api, '101', note, buttons)).toMatchObject({ kind: 'dead' });
    expect(api.sent).toEqual([true]);
  });
});
