import { beforeEach, describe, expect, it } from 'vitest';
import { linkSigner } from '../../../../services/adapters/link-signer.ts';
import { redisLinkStore } from '../../../../services/adapters/redis/links/link-store.ts';
import type { AlertLinks } from '../../../../services/core/alerts/alert-links.ts';
import { alertLinks } from '../../../../services/core/ops/links/alert-buttons.ts';
import { verifyLink } from '../../../../services/core/ops/links/signed-link.ts';
import { StoreUnreachableError } from '../../../../services/core/platform/store-errors.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { type EmbeddedRunner, embeddedRunner } from '../../../support/embedded-runner.ts';
import { countingRandom } from '../../../support/ops-fixture.ts';

const baseUrl = 'https://ops.example';
const signer = linkSigner('a-secret-of-sixteen');
const warnings: string[] = [];
let runner: EmbeddedRunner;

function linksIn(locale: 'ru' | 'en'): AlertLinks {
  const logger = {
    debug: () => {},
    info: () => {},
    warn: (message: string) => void warnings.push(message),
    error: () => {},
  };
  const store = redisLinkStore(runner, storeKeys(''));
  return alertLinks({ store, signer, random: countingRandom(), baseUrl, locale, logger });
}

beforeEach(async () => {
  warnings.length = 0;
  runner = await embeddedRunner();
});

describe('the buttons under an alert', () => {
  it('are repair, I’m on it, drop and status, each with a valid link of that recipient and outage', async () => {
    const buttons = await linksIn('en').buttons('101', 'outage-1');
    expect(buttons.map(({ text }) => text)).toEqual([
      '🔧 Repair',
      '🙋 I’m on it',
      '🗑 Drop the queue',
      '📊 Status',
    ]);
    const links = buttons.map(({ url }) => {
      expect(url.startsWith(`${baseUrl}/`)).toBe(true);
      return verifyLink(signer, url.slice(baseUrl.length));
    });
    expect(links.map((link) => link?.action)).toEqual(['recover', 'acknowledge', 'drop-updates', 'status']);
    for (const link of links) expect(link).toMatchObject({ recipient: '101', outageId: 'outage-1' });
  });

  it('have Russian texts in Russian', async () => {
    const buttons = await linksIn('ru').buttons('101', 'outage-1');
    expect(buttons.map(({ text }) => text)).toEqual([
      '🔧 Починить',
      '🙋 Занимаюсь',
      '🗑 Сбросить очередь',
      '📊 Состояние',
    ]);
  });

  it('are left out if the links cannot be stored', async () => {
    runner.failure = new StoreUnreachableError('make-ops-link-1', new Error('no answer in time'));
    expect(await linksIn('en').buttons('101', 'outage-1')).toEqual([]);
    expect(warnings).toEqual(['the alert goes without links']);
  });

  it('let a bug through', async () => {
    runner.failure = new Error('a bug');
    await expect(linksIn('en').buttons('101', 'outage-1')).rejects.toThrow('a bug');
  });
});
