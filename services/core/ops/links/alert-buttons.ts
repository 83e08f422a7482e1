/**
 * The one-tap buttons under an alert: URL buttons, because a callback button would go to the poller that is down.
 *
 * The links are made for each message as it is sent, so a late alert carries links that still work. If they cannot be
 * stored, the alert goes without buttons.
 */
import type { AlertLinks } from '../../alerts/alert-links.ts';
import type { Locale } from '../../platform/locale.ts';
import type { Logger } from '../../platform/logger.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../platform/store-errors.ts';
import { createLink, type LinkAction, type LinkIssuer, linkActions } from './signed-link.ts';

export interface AlertLinksDeps extends LinkIssuer {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly locale: Locale;
  readonly logger: Logger;
}

const buttonTexts: Readonly<Record<Locale, Readonly<Record<LinkAction, string>>>> = {
  ru: {
    recover: '🔧 Починить',
    acknowledge: '🙋 Занимаюсь',
    'drop-updates': '🗑 Сбросить очередь',
    status: '📊 Состояние',
  },
  en: {
    recover: '🔧 Repair',
    acknowledge: '🙋 I’m on it',
    'drop-updates': '🗑 Drop the queue',
    status: '📊 Status',
  },
};

export function alertLinks(deps: AlertLinksDeps): AlertLinks {
  const { baseUrl, locale, logger } = deps;
  return {
    async buttons(recipient, outageId) {
      try {
        return await Promise.all(
          linkActions.map(async (action) => ({
            text: buttonTexts[locale][action],
            url: `${baseUrl}${await createLink(deps, { action, recipient, outageId })}`,
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
