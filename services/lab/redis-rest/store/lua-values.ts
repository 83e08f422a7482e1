/**
 * Moves values between Redis and Lua, by Redis's conversion rules.
 *
 * Redis to Lua: integer → number, bulk → string, null → false, status → {ok=}, error → {err=}, array → table.
 * Lua to Redis: number → integer (truncated), string → bulk, true → 1, false and nil → null, {err=} → error,
 * {ok=} → status, any other table → its elements up to the first nil.
 * Source: https://redis.io/docs/latest/develop/interact/programmability/lua-api/#data-type-conversion
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { type Address, type LuaState, type LuaWasm, luaType } from './lua-wasm.ts';
import { seventeenDigits } from './numbers.ts';
import { ok, RedisError, type Reply, StatusReply } from './reply.ts';

/** Below this a loop over characters is faster than a call into Buffer. */
const shortLength = 24;
const rememberedSlots = 1024;
const rememberedLengthMax = 64;
const nestingMax = 1000;
const smallIntegers = Array.from({ length: 1024 }, (_, value) => BigInt(value));

function bigInteger(value: number): bigint {
  return smallIntegers[value] ?? BigInt(value);
}

export class LuaValues {
  private readonly wasm: LuaWasm;
  private readonly constants = new Map<string, Address>();
  private readonly sizeAddress: Address;
  /** Recently read short strings by address: a script mostly repeats the same words. */
  private readonly remembered: (Bytes | undefined)[] = new Array(rememberedSlots).fill(undefined);
  private memory: Buffer;
  private scratch: Address;
  private scratchSize = 16_384;

  constructor(wasm: LuaWasm) {
    this.wasm = wasm;
    this.memory = Buffer.from(wasm.HEAPU8.buffer);
    this.sizeAddress = wasm._malloc(8);
    this.scratch = wasm._malloc(this.scratchSize);
  }

  /** The address of a C string that is never freed. */
  constant(text: string): Address {
    const known = this.constants.get(text);
    if (known !== undefined) return known;
    const address = this.wasm._malloc(text.length + 1);
    this.currentMemory().write(`${text}\0`, address, 'latin1');
    this.constants.set(text, address);
    return address;
  }

  withBytes<Result>(bytes: Bytes, use: (address: Address) => Result): Result {
    return use(this.write(bytes));
  }

  pushBytes(L: LuaState, bytes: Bytes): void {
    this.wasm._lua_pushlstring(L, this.write(bytes), bytes.length);
  }

  /** Sets field `name` of the table on top to a new array. */
  setArrayField(L: LuaState, name: Address, elements: readonly Bytes[]): void {
    const { wasm } = this;
    wasm._lua_pushstring(L, name);
    wasm._lua_createtable(L, elements.length, 0);
    let key = 1;
    for (const element of elements) {
      this.pushBytes(L, element);
      wasm._lua_rawseti(L, -2, bigInteger(key));
      key += 1;
    }
    wasm._lua_rawset(L, -3);
  }

  pushReply(L: LuaState, reply: Reply): void {
    const { wasm } = this;
    if (typeof reply === 'string') {
      this.pushBytes(L, reply);
    } else if (typeof reply === 'number') {
      if (Number.isSafeInteger(reply)) wasm._lua_pushinteger(L, bigInteger(reply));
      else wasm._lua_pushnumber(L, reply);
    } else if (reply === null) {
      wasm._lua_pushboolean(L, 0);
    } else if (Array.isArray(reply)) {
      wasm._lua_checkstack(L, 8);
      wasm._lua_createtable(L, reply.length, 0);
      let key = 1;
      for (const element of reply) {
        this.pushReply(L, element);
        wasm._lua_rawseti(L, -2, bigInteger(key));
        key += 1;
      }
    } else {
      wasm._lua_createtable(L, 0, 1);
      wasm._lua_pushstring(L, this.constant(reply instanceof RedisError ? 'err' : 'ok'));
      this.pushBytes(L, reply instanceof RedisError ? reply.message : reply.text);
      wasm._lua_rawset(L, -3);
    }
  }

  /** A command's words from all arguments of the function being called. */
  readArguments(L: LuaState): Bytes[] | RedisError {
    const { wasm } = this;
    const count = wasm._lua_gettop(L);
    if (count === 0)
      return new RedisError('ERR Please specify at least one argument for this redis lib call');
    const words: Bytes[] = [];
    for (let index = 1; index <= count; index += 1) {
      const type = wasm._lua_type(L, index);
      if (type === luaType.string) words.push(this.readString(L, index));
      else if (type === luaType.number) words.push(seventeenDigits(wasm._lua_tonumberx(L, index, 0)));
      else return new RedisError('ERR Lua redis lib command arguments must be strings or integers');
    }
    return words;
  }

  /** Throws a `RedisError` if tables are nested endlessly. */
  readReply(L: LuaState, index: number, nesting = 0): Reply {
    const { wasm } = this;
    switch (wasm._lua_type(L, index)) {
      case luaType.string:
        return this.readString(L, index);
      case luaType.number:
        return toInteger(wasm._lua_tonumberx(L, index, 0));
      case luaType.boolean:
        return wasm._lua_toboolean(L, index) === 0 ? null : 1;
      case luaType.table:
        return this.readTable(L, index, nesting);
      default:
        return null;
    }
  }

  readType(L: LuaState, index: number): number {
    return this.wasm._lua_type(L, index);
  }

  /** Only for a string or a number (which it turns into a string in place). */
  readString(L: LuaState, index: number): Bytes {
    const address = this.wasm._lua_tolstring(L, index, this.sizeAddress);
    if (address === 0) return '';
    const memory = this.currentMemory();
    const size = memory.readUInt32LE(this.sizeAddress);
    if (size > rememberedLengthMax) return memory.toString('latin1', address, address + size);
    const slot = (address >>> 3) % rememberedSlots;
    const remembered = this.remembered[slot];
    if (remembered !== undefined && holds(memory, address, size, remembered)) return remembered;
    const text = memory.toString('latin1', address, address + size);
    this.remembered[slot] = text;
    return text;
  }

  /** A field of the table at `index`, as text; undefined unless it is a string or a number. */
  readField(L: LuaState, index: -1, name: string): Bytes | undefined {
    if (this.wasm._lua_type(L, index) !== luaType.table) return undefined;
    this.wasm._lua_pushstring(L, this.constant(name));
    const type = this.wasm._lua_rawget(L, index - 1);
    const text = type === luaType.string || type === luaType.number ? this.readString(L, -1) : undefined;
    this.wasm._lua_settop(L, -2);
    return text;
  }

  private readTable(L: LuaState, index: number, nesting: number): Reply {
    const { wasm } = this;
    if (nesting > nestingMax || wasm._lua_checkstack(L, 4) === 0) {
      throw new RedisError('ERR reached lua stack limit');
    }
    const error = this.readStringField(L, index, 'err');
    if (error !== undefined) return new RedisError(error.replace(/[\r\n]/g, ' '));
    const status = this.readStringField(L, index, 'ok');
    if (status !== undefined) return status === 'OK' ? ok : new StatusReply(status.replace(/[\r\n]/g, ' '));
    const elements: Reply[] = [];
    for (let key = 1; wasm._lua_rawgeti(L, index, bigInteger(key)) !== luaType.nil; key += 1) {
      elements.push(this.readReply(L, -1, nesting + 1));
      wasm._lua_settop(L, -2);
    }
    wasm._lua_settop(L, -2);
    return elements;
  }

  private readStringField(L: LuaState, index: number, name: string): Bytes | undefined {
    this.wasm._lua_pushstring(L, this.constant(name));
    const isString = this.wasm._lua_rawget(L, index - 1) === luaType.string;
    const text = isString ? this.readString(L, -1) : undefined;
    this.wasm._lua_settop(L, -2);
    return text;
  }

  /** Writes `bytes` for the next call to read; the next write overwrites them. */
  private write(bytes: Bytes): Address {
    const size = bytes.length;
    if (size > this.scratchSize) {
      this.wasm._free(this.scratch);
      this.scratchSize = size * 2;
      this.scratch = this.wasm._malloc(this.scratchSize);
    }
    const memory = this.currentMemory();
    if (size > shortLength) memory.write(bytes, this.scratch, 'latin1');
    else for (let at = 0; at < size; at += 1) memory[this.scratch + at] = bytes.charCodeAt(at);
    return this.scratch;
  }

  /** The machine's memory moves when it grows; a view of the old memory then has length 0. */
  private currentMemory(): Buffer {
    if (this.memory.length === 0) this.memory = Buffer.from(this.wasm.HEAPU8.buffer);
    return this.memory;
  }
}

function holds(memory: Buffer, address: Address, size: number, text: Bytes): boolean {
  if (text.length !== size) return false;
  for (let at = 0; at < size; at += 1) if (memory[address + at] !== text.charCodeAt(at)) return false;
  return true;
}

/** C's conversion of a double to a 64-bit integer. */
function toInteger(value: number): number {
  if (Number.isNaN(value) || Math.abs(value) >= 2 ** 63) return -(2 ** 63);
  return Math.trunc(value) + 0;
}
