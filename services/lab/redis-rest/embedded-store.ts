/**
 * A Redis in this process, for machines without a `redis-server` and for the simulator.
 *
 * Guarantees: what it supports (strings, keys and their expiry, hashes, lists, streams, scripts, publish/subscribe,
 * transactions) answers as Redis 7.0 does, error texts included; a shared suite compares it with a real one. Anything
 * else is refused with Redis's "unknown command". All of it is synchronous and atomic; there is no rollback, as in
 * Redis. Time comes in through `nowMs` alone and stands still during a command, a script or a transaction.
 *
 * Does not guarantee: durability (it lives and dies with the process), limits on memory, or the order in which
 * Redis lists the keys and the fields of large hashes (here: the order in which they came).
 *
 * Text goes in and comes out as JavaScript strings; `executeBytes` and its relatives use byte strings (`bytes.ts`).
 */
import { type Bytes, bytesOfText, textOfBytes } from './store/bytes.ts';
import { arityFits, type Command, type CommandContext, type CommandTable } from './store/command.ts';
import { hashCommands } from './store/hash-commands.ts';
import { keyCommands } from './store/key-commands.ts';
import { Keyspace } from './store/keyspace.ts';
import { listCommands } from './store/list-commands.ts';
import { LuaVm } from './store/lua-vm.ts';
import { type MessageListener, PubSub } from './store/pubsub.ts';
import { mapReplyTexts, RedisError, type Reply, unknownCommand, wrongArity } from './store/reply.ts';
import { scriptCommands } from './store/script-commands.ts';
import { Scripts } from './store/scripts.ts';
import { serverCommands } from './store/server-commands.ts';
import { streamCommands } from './store/stream-commands.ts';
import { stringCommands } from './store/string-commands.ts';

export { RedisError, type Reply, StatusReply } from './store/reply.ts';

export interface EmbeddedStoreOptions {
  /** Milliseconds of the epoch; a fraction shows in TIME's microseconds only. */
  nowMs(): number;
}

/** Called with every command before it runs; the words are byte strings. */
export type CommandListener = (command: readonly Bytes[], atMs: number) => void;

interface NamedCommand {
  readonly name: string;
  readonly command: Command;
}

/** In both spellings that callers use, so that the usual lookup makes no new string. */
function commandsByName(tables: readonly CommandTable[]): ReadonlyMap<string, NamedCommand> {
  const named = new Map<string, NamedCommand>();
  for (const table of tables) {
    for (const [name, command] of Object.entries(table)) {
      named.set(name, { name, command });
      named.set(name.toUpperCase(), { name, command });
    }
  }
  return named;
}

const commands = commandsByName([
  stringCommands,
  keyCommands,
  hashCommands,
  listCommands,
  streamCommands,
  serverCommands,
  scriptCommands,
]);

const sourceBytes = new Map<string, Bytes>();

/** Converted once: a program has few scripts and runs them often. */
function bytesOfSource(source: string): Bytes {
  let bytes = sourceBytes.get(source);
  if (bytes === undefined) {
    bytes = bytesOfText(source);
    sourceBytes.set(source, bytes);
  }
  return bytes;
}

let sharedVm: Promise<LuaVm> | undefined;

/** Takes about 20 ms the first time in a process and almost nothing afterwards: all stores share one Lua machine. */
export async function createEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  sharedVm ??= LuaVm.load();
  return new EmbeddedStore(await sharedVm, options);
}

export class EmbeddedStore {
  private readonly options: EmbeddedStoreOptions;
  private readonly context: CommandContext;
  private readonly vm: LuaVm;
  private readonly listeners = new Set<CommandListener>();

  constructor(vm: LuaVm, options: EmbeddedStoreOptions) {
    this.vm = vm;
    this.options = options;
    this.context = {
      keyspace: new Keyspace(),
      pubsub: new PubSub(),
      scripts: new Scripts(vm, (command) => this.runInScript(command)),
      nowMicros: () => Math.floor(options.nowMs() * 1000),
    };
  }

  /** Another empty store, without the time to load Lua. */
  sibling(options: EmbeddedStoreOptions = this.options): EmbeddedStore {
    return new EmbeddedStore(this.vm, options);
  }

  /** Forgets everything: keys, known scripts, subscriptions. */
  reset(): void {
    this.context.keyspace.clear();
    this.context.pubsub.clear();
    this.context.scripts.forgetAll();
    this.listeners.clear();
  }

  /** Runs a command. Throws its `RedisError`; an error inside a list of replies is a value. */
  execute(command: readonly string[]): Reply {
    const reply = this.executeBytes(command.map(bytesOfText));
    if (reply instanceof RedisError) throw new RedisError(textOfBytes(reply.message));
    return mapReplyTexts(reply, textOfBytes);
  }

  /** The same as EVAL with `source`, `keys` and `args`, but faster: no command is looked up, and an endless script never ends. */
  runScript(source: string, keys: readonly string[], args: readonly string[]): Reply {
    this.context.keyspace.begin(Math.floor(this.options.nowMs()));
    const reply = this.context.scripts.run(bytesOfSource(source), {
      keys: keys.map(bytesOfText),
      args: args.map(bytesOfText),
      isTrusted: true,
    });
    this.context.pubsub.deliver();
    if (reply instanceof RedisError) throw new RedisError(textOfBytes(reply.message));
    return mapReplyTexts(reply, textOfBytes);
  }

  /** Returns a function that ends the subscription. */
  subscribe(channel: string, listener: MessageListener): () => void {
    return this.subscribeBytes(bytesOfText(channel), (message, heardOn) =>
      listener(textOfBytes(message), textOfBytes(heardOn)),
    );
  }

  /** Runs a command of byte strings; its error is a value. */
  executeBytes(command: readonly Bytes[]): Reply {
    this.tell(command);
    const found = this.findCommand(command);
    if (found instanceof RedisError) return found;
    this.context.keyspace.begin(Math.floor(this.options.nowMs()));
    const reply = this.run(found.command, command);
    this.context.pubsub.deliver();
    return reply;
  }

  /** MULTI … EXEC: nothing runs if a command is unknown or has the wrong number of arguments. */
  transactBytes(transaction: readonly (readonly Bytes[])[]): RedisError | Reply[] {
    const found = transaction.map((command) => this.findCommand(command));
    if (found.some((one) => one instanceof RedisError)) {
      return new RedisError('EXECABORT Transaction discarded because of previous errors.');
    }
    this.context.keyspace.begin(Math.floor(this.options.nowMs()));
    const replies = transaction.map((command, index) => {
      this.tell(command);
      const one = found[index];
      return one === undefined || one instanceof RedisError ? null : this.run(one.command, command);
    });
    this.context.pubsub.deliver();
    return replies;
  }

  subscribeBytes(channel: Bytes, listener: MessageListener): () => void {
    return this.context.pubsub.subscribe(channel, listener);
  }

  subscribeToPatternBytes(pattern: Bytes, listener: MessageListener): () => void {
    return this.context.pubsub.subscribeToPattern(pattern, listener);
  }

  /** As MONITOR does, without the commands that scripts run. */
  monitor(listener: CommandListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private tell(command: readonly Bytes[]): void {
    if (this.listeners.size === 0) return;
    const atMs = this.options.nowMs();
    for (const listener of this.listeners) listener(command, atMs);
  }

  private findCommand(command: readonly Bytes[]): NamedCommand | RedisError {
    const word = command[0] ?? '';
    const found = commands.get(word) ?? commands.get(word.toLowerCase());
    if (found === undefined) return new RedisError(unknownCommand(command));
    return arityFits(found.command, command.length) ? found : new RedisError(wrongArity(found.name));
  }

  private run(command: Command, words: readonly Bytes[]): Reply {
    try {
      return command.run(this.context, words.slice(1));
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  }

  private runInScript(words: readonly Bytes[]): Reply {
    const word = words[0] ?? '';
    const found = commands.get(word) ?? commands.get(word.toLowerCase());
    if (found === undefined) return new RedisError('ERR Unknown Redis command called from script');
    if (!arityFits(found.command, words.length)) {
      return new RedisError('ERR Wrong number of args calling Redis command from script');
    }
    if (found.command.notInScripts === true) {
      return new RedisError('ERR This Redis command is not allowed from script');
    }
    return this.run(found.command, words);
  }
}
