/**
 * Telegram, SNS and ECS as a simulated run meets them: they refuse, fail, hang, and answer late or never; a run may be
 * killed in the middle of a send. A witness learns what really arrived.
 */

import { type AlertTopic, TopicError } from '../../../services/core/alerts/channels.ts';
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
} from '../../../services/core/platform/bot-api.ts';
import { EcsError, type WorkerService } from '../../../services/core/platform/worker-service.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import type { SimulatedProcess } from '../process.ts';

export interface Sent {
  readonly by: string;
  /** `<channel>|<recipient>`. */
  readonly to: string;
  readonly text: string;
}

/** Learns what really happened, whatever answer the run got. */
export interface ChannelWitness {
  arrived(sent: Sent): void;
  blocked(sent: Sent): void;
  rateLimited(sent: Sent, retryAfterMs: number): void;
  restarted(by: string, deploying: boolean): void;
}

export interface ChannelsOptions {
  readonly trueTime: VirtualClock;
  readonly chance: Prng;
  readonly faultsOn: () => boolean;
  /** The probability that a send goes wrong in some way. */
  readonly trouble: number;
  /** The probability that a run is killed around a send. */
  readonly deadly: number;
  readonly blockedChat: string;
  readonly witness: ChannelWitness;
}

type Fate = 'ok' | 'slow' | '429' | '5xx' | 'hang' | 'lost answer';

const topicFates: readonly Fate[] = ['slow', '5xx', 'hang', 'lost answer'];
const fates: readonly Fate[] = [...topicFates, '429'];
const sendTimeoutMs = 10_000;

export class Channels {
  isDeploying = false;
  private readonly options: ChannelsOptions;

  constructor(options: ChannelsOptions) {
    this.options = options;
  }

  telegramFor(process: SimulatedProcess): BotApi {
    return {
      call: async <Result>(method: string, parameters: Readonly<Record<string, unknown>>) => {
        if (method === 'getWebhookInfo') return (await this.webhookInfo(process)) as Result;
        if (method === 'sendChatAction') return (await this.chatAction(process, parameters)) as Result;
        const to = `TELEGRAM|${String(parameters['chat_id'])}`;
        await this.send(process, { by: process.name, to, text: String(parameters['text']) });
        return {} as Result;
      },
    };
  }

  topicFor(process: SimulatedProcess): AlertTopic {
    return {
      publish: async ({ text }) => {
        try {
          await this.send(process, { by: process.name, to: 'SNS|topic', text });
        } catch (error) {
          throw new TopicError(error);
        }
      },
    };
  }

  ecsFor(process: SimulatedProcess): WorkerService {
    return {
      describe: async () => {
        await this.travel(process);
        if (this.rolls()) throw new EcsError('DescribeServices', new Error('throttled'));
        return { desired: 1, running: 1, deploying: this.isDeploying, lastStopReason: null };
      },
      restart: async () => {
        await this.travel(process);
        this.options.witness.restarted(process.name, this.isDeploying);
        await this.travel(process);
        if (this.rolls()) throw new EcsError('UpdateService', new Error('socket hang up'));
        return 'deployment';
      },
    };
  }

  private async webhookInfo(process: SimulatedProcess): Promise<unknown> {
    await this.travel(process);
    if (this.rolls()) throw unreachable('getWebhookInfo');
    return { url: '', pending_update_count: 3 };
  }

  private async chatAction(
    process: SimulatedProcess,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    await this.travel(process);
    if (this.rolls()) throw unreachable('sendChatAction');
    if (String(parameters['chat_id']) === this.options.blockedChat)
      throw new BotApiRefusedError('sendChatAction', { status: 403, description: 'no' });
    return true;
  }

  private async send(process: SimulatedProcess, sent: Sent): Promise<void> {
    const { chance, trueTime, witness, blockedChat } = this.options;
    const fate: Fate = this.rolls() ? chance.oneOf(sent.to.startsWith('SNS|') ? topicFates : fates) : 'ok';
    // A living run sends at once: no program can exclude a pause between its last check of the clock and the wire.
    if (this.dies(process)) await this.travel(process);
    const travelled = trueTime.sleep(chance.integer(1, fate === 'slow' ? 7000 : 100));
    if (fate === 'hang') {
      await process.sleep(sendTimeoutMs);
      throw unreachable('sendMessage');
    }
    if (fate === '429' || fate === '5xx' || sent.to === `TELEGRAM|${blockedChat}`) {
      await travelled;
      await this.refuse(process, sent, fate);
    }
    // What was sent arrives, even if the sender is dead by then.
    await travelled.then(() => witness.arrived(sent));
    if (this.dies(process)) await this.travel(process);
    if (fate === 'lost answer') {
      await process.sleep(sendTimeoutMs);
      throw unreachable('sendMessage');
    }
    await this.travel(process);
  }

  private async refuse(process: SimulatedProcess, sent: Sent, fate: Fate): Promise<never> {
    const { chance, witness } = this.options;
    const retryAfterSeconds = chance.integer(5, 100);
    if (fate === '429') witness.rateLimited(sent, retryAfterSeconds * 1000);
    else if (fate !== '5xx') witness.blocked(sent);
    await this.travel(process);
    if (fate === '5xx') throw unreachable('sendMessage');
    const [status, more] = fate === '429' ? [429, { retryAfterSeconds }] : [403, {}];
    throw new BotApiRefusedError('sendMessage', { status, description: 'no', ...more });
  }

  /** A dead process waits forever: nothing that it awaits ever comes. */
  private dies(process: SimulatedProcess): boolean {
    const { chance, faultsOn, deadly } = this.options;
    if (faultsOn() && chance.happens(deadly)) process.crash();
    return process.isDead;
  }

  private travel(process: SimulatedProcess): Promise<void> {
    return process.sleep(this.options.chance.integer(1, 50));
  }

  private rolls(): boolean {
    const { chance, faultsOn, trouble } = this.options;
    return faultsOn() && chance.happens(trouble);
  }
}

function unreachable(method: string): BotApiUnreachableError {
  return new BotApiUnreachableError(method, 'no usable answer', { aborted: false, cause: undefined });
}
