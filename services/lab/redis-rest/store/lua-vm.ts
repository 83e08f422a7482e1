/**
 * Runs Lua scripts as Redis does, on a Lua 5.4 machine in WebAssembly.
 *
 * Guarantees: a script is compiled once and then costs a few microseconds; it sees only what `prelude.lua` exposes and can
 * change none of it, so runs are independent; values are converted between Lua and Redis by Redis's rules; error texts are
 * those of Redis 7.0. An endless script is ended with an error, where Redis would go on and answer BUSY; to watch for it
 * halves the speed, so a trusted script is not watched.
 *
 * Does not guarantee: Lua 5.1 in every corner (see `prelude.lua`); the wording of Lua's own error messages.
 * Source: redis 7.0, script_lua.c.
 *
 * Tested by: test/lab/redis-rest/embedded-store.test.ts
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { LuaValues } from './lua-values.ts';
import {
  hookByCount,
  type LuaState,
  type LuaWasm,
  loadLuaWasm,
  registryGlobals,
  registryIndex,
} from './lua-wasm.ts';
import { RedisError, type Reply } from './reply.ts';

export interface CompiledScript {
  readonly source: Bytes;
  readonly sha1: string;
}

/** Runs one command for a script. Returns errors; an exception is a bug and ends the run. */
export type ScriptCommandRunner = (command: readonly Bytes[]) => Reply;

export interface ScriptInput {
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
  /** It is known to come to an end. */
  readonly isTrusted: boolean;
}

interface Compiled extends CompiledScript {
  readonly reference: bigint;
}

const hookEveryInstructions = 1_000_000;
const hookCallsMax = 500;
const noErrorTable = 0;

export class LuaVm {
  private readonly wasm: LuaWasm;
  private readonly values: LuaValues;
  private readonly prelude: Bytes;
  private readonly callbacks: { call: number; pcall: number; sha1: number; hook: number };
  private readonly names: { chunk: number; prelude: number; textMode: number; keys: number; argv: number };
  private state: LuaState = 0;
  private globals = 0n;
  private errorHandler = 0n;
  private compiled = new Map<Bytes, Compiled>();
  private runCommand: ScriptCommandRunner | undefined;
  private isWatched = false;
  private hookCalls = 0;
  private bug: { readonly cause: unknown } | undefined;

  constructor(wasm: LuaWasm) {
    this.wasm = wasm;
    this.values = new LuaValues(wasm);
    this.prelude = readFileSync(new URL('./prelude.lua', import.meta.url), 'latin1');
    this.names = {
      chunk: this.values.constant('@user_script'),
      prelude: this.values.constant('@prelude'),
      textMode: this.values.constant('t'),
      keys: this.values.constant('KEYS'),
      argv: this.values.constant('ARGV'),
    };
    this.callbacks = {
      call: wasm.addFunction((L) => this.callFromLua(L ?? 0, true), 'ii'),
      pcall: wasm.addFunction((L) => this.callFromLua(L ?? 0, false), 'ii'),
      sha1: wasm.addFunction((L) => this.sha1FromLua(L ?? 0), 'ii'),
      hook: wasm.addFunction((L) => this.countInstructions(L ?? 0), 'vii'),
    };
    this.startState();
  }

  static async load(): Promise<LuaVm> {
    return new LuaVm(await loadLuaWasm());
  }

  /** Compiles `source` unless it is compiled already. Throws a `RedisError` if it is not Lua. */
  compile(source: Bytes): CompiledScript {
    return this.compiledScript(source);
  }

  /** Throws only on a bug: a script's error is its reply. */
  run(
    script: CompiledScript,
    { keys, args, isTrusted }: ScriptInput,
    runCommand: ScriptCommandRunner,
  ): Reply {
    const { wasm, values } = this;
    const { reference } = this.compiledScript(script.source);
    const L = this.state;
    this.runCommand = runCommand;
    this.hookCalls = 0;
    this.watch(!isTrusted);
    wasm._lua_settop(L, 0);
    wasm._lua_rawgeti(L, registryIndex, this.errorHandler);
    wasm._lua_rawgeti(L, registryIndex, this.globals);
    values.setArrayField(L, this.names.keys, keys);
    values.setArrayField(L, this.names.argv, args);
    wasm._lua_rawgeti(L, registryIndex, reference);
    let failed: boolean;
    try {
      failed = wasm._lua_pcallk(L, 0, 1, 1, 0, 0) !== 0;
    } catch (cause) {
      // The machine itself failed (a stack overflow, say), so its state is unknown.
      this.startState();
      return new RedisError(`ERR Error running script: ${String(cause)}`);
    } finally {
      this.runCommand = undefined;
    }
    this.throwBug();
    const reply = failed ? this.readFailure(L, script.sha1) : this.readResult(L);
    wasm._lua_settop(L, 0);
    return reply;
  }

  private compiledScript(source: Bytes): Compiled {
    const known = this.compiled.get(source);
    if (known !== undefined) return known;
    const { wasm, values, state } = this;
    if (this.load(source, this.names.chunk) !== 0) {
      const message = values.readString(state, -1);
      wasm._lua_settop(state, 0);
      throw new RedisError(`ERR Error compiling script (new function): ${message}`);
    }
    const reference = BigInt(wasm._luaL_ref(state, registryIndex));
    const sha1 = createHash('sha1').update(source, 'latin1').digest('hex');
    const compiled = { source, sha1, reference };
    this.compiled.set(source, compiled);
    return compiled;
  }

  private load(source: Bytes, name: number): number {
    return this.values.withBytes(source, (address) =>
      this.wasm._luaL_loadbufferx(this.state, address, source.length, name, this.names.textMode),
    );
  }

  /** Makes a fresh machine without compiled scripts. */
  private startState(): void {
    const { wasm } = this;
    if (this.state !== 0) wasm._lua_close(this.state);
    const L = wasm._luaL_newstate();
    this.state = L;
    this.compiled = new Map();
    wasm._luaL_openlibs(L);
    if (this.load(this.prelude, this.names.prelude) !== 0) throw new Error(this.values.readString(L, -1));
    for (const callback of [this.callbacks.call, this.callbacks.pcall, this.callbacks.sha1]) {
      wasm._lua_pushcclosure(L, callback, 0);
    }
    if (wasm._lua_pcallk(L, 3, 3, 0, 0, 0) !== 0) throw new Error(this.values.readString(L, -1));
    this.errorHandler = BigInt(wasm._luaL_ref(L, registryIndex));
    this.globals = BigInt(wasm._luaL_ref(L, registryIndex));
    wasm._lua_rawseti(L, registryIndex, registryGlobals);
    this.isWatched = false;
  }

  private watch(isOn: boolean): void {
    if (this.isWatched === isOn) return;
    this.isWatched = isOn;
    this.wasm._lua_sethook(this.state, this.callbacks.hook, isOn ? hookByCount : 0, hookEveryInstructions);
  }

  /**
   * `redis.call` and `redis.pcall`. `lua_error` leaves by an exception of the machine's own, so nothing here may
   * catch around it.
   */
  private callFromLua(L: LuaState, raise: boolean): number {
    const reply = this.commandFromLua(L);
    this.values.pushReply(L, reply);
    return raise && reply instanceof RedisError ? this.wasm._lua_error(L) : 1;
  }

  private commandFromLua(L: LuaState): Reply {
    const command = this.values.readArguments(L);
    if (command instanceof RedisError) return command;
    try {
      return this.runCommand?.(command) ?? null;
    } catch (cause) {
      this.bug = { cause };
      return new RedisError('ERR Error running script: a bug in the embedded store');
    }
  }

  private sha1FromLua(L: LuaState): number {
    const { wasm, values } = this;
    if (wasm._lua_gettop(L) !== 1) {
      values.pushReply(L, new RedisError('ERR wrong number of arguments'));
      return wasm._lua_error(L);
    }
    values.pushBytes(L, createHash('sha1').update(values.readString(L, 1), 'latin1').digest('hex'));
    return 1;
  }

  private countInstructions(L: LuaState): undefined {
    this.hookCalls += 1;
    if (this.hookCalls <= hookCallsMax) return;
    this.values.pushReply(L, new RedisError('ERR Error running script: it does not come to an end'));
    this.wasm._lua_error(L);
  }

  private throwBug(): void {
    const { bug } = this;
    this.bug = undefined;
    if (bug !== undefined) throw bug.cause;
  }

  private readResult(L: LuaState): Reply {
    try {
      return this.values.readReply(L, -1);
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  }

  private readFailure(L: LuaState, sha1: string): RedisError {
    if (this.values.readType(L, -1) === noErrorTable) return new RedisError('ERR Error running script');
    const message = this.values.readField(L, -1, 'err') ?? 'ERR unknown error';
    const line = this.values.readField(L, -1, 'line');
    const where = line === undefined ? '' : ` script: ${sha1}, on @user_script:${line}.`;
    return new RedisError(message.replace(/[\r\n]/g, ' ') + where);
  }
}
