/**
 * Whether and how a link in a text is previewed. The emulator previews none: it only keeps what is asked for.
 *
 * Source: telegram-bot-api's `get_link_preview_options`.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { type Arguments, isObject } from './arguments.ts';
import { badRequest } from './errors.ts';
import { JsonFields } from './json-fields.ts';

type Options = Readonly<Record<string, unknown>>;

const flags = ['is_disabled', 'prefer_small_media', 'prefer_large_media', 'show_above_text'];

/** Undefined if nothing is asked for. */
export function readLinkPreview(args: Arguments): Options | undefined {
  if (args.text('link_preview_options') === '') {
    return args.flag('disable_web_page_preview') ? { is_disabled: true } : undefined;
  }
  const value = args.json('link_preview_options');
  if (value === undefined) throw badRequest("can't parse link preview options JSON object");
  if (!isObject(value)) throw badRequest('object expected as link preview options');
  const fields = new JsonFields(value, (reason) =>
    badRequest(`${reason.charAt(0).toLowerCase()}${reason.slice(1)}`),
  );
  const set = flags.filter((name) => fields.flag(name)).map((name) => [name, true] as const);
  const url = fields.optionalText('url');
  const options: Options = { ...Object.fromEntries(set), ...(url === '' ? {} : { url }) };
  return Object.keys(options).length === 0 ? undefined : options;
}
