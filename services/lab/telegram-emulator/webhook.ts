/**
 * setWebhook, deleteWebhook and getWebhookInfo, and the kinds of update that the bot wants.
 *
 * Guarantees: rules 13, 14, 19 and 20 of the semantics note.
 * Does not guarantee: delivery. The emulator sends nothing to a webhook; updates wait while one is set. It looks up no
 * host, keeps no certificate, and does not limit setWebhook to one call a second as the real server does.
 */
import type { Arguments } from './arguments.ts';
import { type ApiAnswer, badRequest, succeed } from './errors.ts';
import {
  defaultAllowedUpdates,
  isDefaultAllowed,
  parseAllowedUpdates,
  type UpdateType,
} from './update-types.ts';

const portsAllowed = ['', '443', '80', '88', '8443'];
const secretLengthMax = 256;
const connectionsDefault = 40;
const connectionsMax = 100;

export interface WebhookSettings {
  readonly url: string;
  readonly maxConnections: number;
  readonly ipAddress: string;
  readonly secretToken: string;
}

/** The effects of setting or removing a webhook on the rest of the bot. */
export interface WebhookEffects {
  endParkedPoll(): void;
  dropPendingUpdates(): void;
}

export class Webhook {
  allowedUpdates: ReadonlySet<UpdateType> = defaultAllowedUpdates;
  #settings: WebhookSettings | undefined;
  readonly #effects: WebhookEffects;

  constructor(effects: WebhookEffects) {
    this.#effects = effects;
  }

  get settings(): WebhookSettings | undefined {
    return this.#settings;
  }

  /** Applies an `allowed_updates` argument if it is valid. */
  allow(args: Arguments): void {
    this.allowedUpdates = parseAllowedUpdates(args.text('allowed_updates')) ?? this.allowedUpdates;
  }

  set(args: Arguments): ApiAnswer {
    const url = args.text('url');
    if (url === '') return this.delete(args);
    const wanted = readSettings(args);
    const drop = args.flag('drop_pending_updates');
    if (!drop && isSame(this.#settings, wanted)) {
      this.allow(args);
      return succeed(true, 'Webhook is already set');
    }
    // The real server ends what was before it judges the new address: a refusal leaves no webhook.
    this.#effects.endParkedPoll();
    if (drop) this.#effects.dropPendingUpdates();
    this.#settings = undefined;
    const address = readAddress(wanted);
    this.allow(args);
    refuseUnreachable(address);
    this.#settings = wanted;
    return succeed(true, 'Webhook was set');
  }

  delete(args: Arguments): ApiAnswer {
    const wasSet = this.#settings !== undefined;
    if (args.flag('drop_pending_updates')) this.#effects.dropPendingUpdates();
    else if (!wasSet) this.allow(args);
    this.#settings = undefined;
    return succeed(true, wasSet ? 'Webhook was deleted' : 'Webhook is already deleted');
  }

  info(pendingCount: number): ApiAnswer {
    const settings = this.#settings;
    return succeed({
      url: settings?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: pendingCount,
      ip_address: settings?.ipAddress || undefined,
      max_connections: settings?.maxConnections,
      allowed_updates: isDefaultAllowed(this.allowedUpdates) ? undefined : [...this.allowedUpdates],
    });
  }
}

function readSettings(args: Arguments): WebhookSettings {
  const bounds = { absent: connectionsDefault, min: 1, max: connectionsMax };
  return {
    url: args.text('url'),
    maxConnections: args.integer('max_connections', bounds),
    ipAddress: args.text('ip_address'),
    secretToken: args.text('secret_token'),
  };
}

function readAddress({ url: given, secretToken }: WebhookSettings): URL {
  const url = URL.parse(given.includes('://') ? given : `https://${given}`);
  if (url === null) throw badRequest('invalid webhook URL specified');
  if (secretToken.length > secretLengthMax) throw badRequest('secret token is too long');
  if (!/^[A-Za-z0-9_-]*$/.test(secretToken)) {
    throw badRequest('secret token contains unallowed characters');
  }
  return url;
}

function refuseUnreachable({ protocol, port }: URL): void {
  if (protocol !== 'https:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  if (!portsAllowed.includes(port)) {
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443');
  }
}

function isSame(one: WebhookSettings | undefined, other: WebhookSettings): boolean {
  return (
    one !== undefined &&
    one.url === other.url &&
    one.maxConnections === other.maxConnections &&
    one.ipAddress === other.ipAddress &&
    one.secretToken === other.secretToken
  );
}
