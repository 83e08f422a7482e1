/**
 * The buttons under an alert. They are addresses, not callbacks: a callback would go to the poller that is down.
 *
 * Made anew for every message that is sent, so that a late one carries links that work. An alert without buttons is
 * better than none: when the links cannot be stored, it goes without.
 */
import type { AlertLinks } from '../../alerts/alert-links.ts';
import type { Locale } from '../../platform/locale.ts';
import type { Logger } from '../../platform/logger.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../platform/store-errors.ts';
import { type LinkAction, linkActions } from './link.ts';
import { createLink, type LinkIssuer } from './signed-link.ts';

export interface AlertLinksParts extends LinkIssuer {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly locale: Locale;
  readonly logger: Logger;
}

const buttonTexts: Readonly<Record<Locale, Readonly<Record<LinkAction, string>>>> = {
  ru: { recover: '🔧 Починить', 'drop-updates': '🗑 Сбросить очередь', status: '📊 Состояние' },
  en: { recover: '🔧 Repair', 'drop-updates': '🗑 Drop the queue', status: '📊 Status' },
};

export function alertLinks(parts: AlertLinksParts): AlertLinks {
  const { baseUrl, locale, logger } = parts;
  return {
    async buttons(recipient, outageId) {
      try {
        return await Promise.all(
          linkActions.map(async (action) => ({
            text: buttonTexts[locale][action],
            url: `${baseUrl}${await createLink(parts, { action, recipient, outageId })}`,
          })),
        );
      } catch (error) {
        if (!(error instanceof StoreUnreachableError || error instanceof StoreRefusedError)) throw error;
        logger.warn('the alert goes without links', { recipient, error });
        return [];
      }
    },
  };
}
