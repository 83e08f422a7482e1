/**
 * Who the bot is and how it gets its updates: getMe, getUpdates and the webhook's methods.
 *
 * Tested by: test/lab/telegram-emulator/webhook.test.ts
 */
import { succeed } from '../errors.ts';
import type { MethodGroup } from './method.ts';

export const updateMethods: MethodGroup = {
  getMe: ({ bot }) =>
    succeed({
      ...bot.user,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: true,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),
  getUpdates({ bot, args, client }) {
    if (bot.webhook.settings !== undefined) return bot.getUpdates.refuseForWebhook(client);
    bot.webhook.allow(args);
    return bot.getUpdates.call(args, client);
  },
  setWebhook({ bot, args }) {
    const answer = bot.webhook.set(args);
    const url = bot.webhook.settings?.url;
    bot.tell(url === undefined ? 'webhook-deleted' : 'webhook-set', { url });
    return answer;
  },
  deleteWebhook({ bot, args }) {
    const answer = bot.webhook.delete(args);
    bot.tell('webhook-deleted', {});
    return answer;
  },
  getWebhookInfo: ({ bot }) => bot.webhook.info(bot.pendingCount()),
};
