/**
 * The part of Lua's C interface that `lua-vm.ts` uses, as wasmoon's WebAssembly module exports it (Lua 5.4).
 *
 * Its own high-level bindings convert values by reflection and cost tens of microseconds a call; on this level a
 * whole script with two commands takes about 4 µs. Source: the Lua 5.4 manual, section 4.
 *
 * Tested by: test/lab/redis-rest/embedded-store.test.ts
 */
import { LuaFactory } from 'wasmoon';

export type LuaState = number;
/** An address in the module's memory. */
export type Address = number;

/* biome-ignore-start lint/style/useNamingConvention: C's names */
export interface LuaWasm {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  addFunction(callback: (...args: number[]) => number | undefined, signature: string): Address;
  _malloc(size: number): Address;
  _free(address: Address): void;
  _luaL_newstate(): LuaState;
  _luaL_openlibs(L: LuaState): void;
  _luaL_loadbufferx(L: LuaState, text: Address, size: number, name: Address, mode: Address): number;
  _luaL_ref(L: LuaState, table: number): number;
  _luaL_unref(L: LuaState, table: number, reference: number): void;
  _lua_checkstack(L: LuaState, slots: number): number;
  _lua_close(L: LuaState): void;
  _lua_createtable(L: LuaState, arraySize: number, recordSize: number): void;
  _lua_error(L: LuaState): number;
  _lua_gettop(L: LuaState): number;
  _lua_pcallk(
    L: LuaState,
    args: number,
    results: number,
    handler: number,
    context: number,
    k: number,
  ): number;
  _lua_pushboolean(L: LuaState, value: number): void;
  _lua_pushcclosure(L: LuaState, callback: Address, upvalues: number): void;
  _lua_pushinteger(L: LuaState, value: bigint): void;
  _lua_pushlstring(L: LuaState, text: Address, size: number): void;
  _lua_pushnumber(L: LuaState, value: number): void;
  _lua_pushstring(L: LuaState, text: Address): void;
  _lua_rawget(L: LuaState, index: number): number;
  _lua_rawgeti(L: LuaState, index: number, key: bigint): number;
  _lua_rawset(L: LuaState, index: number): void;
  _lua_rawseti(L: LuaState, index: number, key: bigint): void;
  _lua_sethook(L: LuaState, callback: Address, mask: number, count: number): void;
  _lua_settop(L: LuaState, index: number): void;
  _lua_toboolean(L: LuaState, index: number): number;
  _lua_tolstring(L: LuaState, index: number, size: Address): Address;
  _lua_tonumberx(L: LuaState, index: number, isNumber: Address): number;
  _lua_type(L: LuaState, index: number): number;
}
/* biome-ignore-end lint/style/useNamingConvention: C's names */

export const luaType = { nil: 0, boolean: 1, number: 3, string: 4, table: 5 } as const;
/** `LUA_REGISTRYINDEX`, and in the registry the globals that newly compiled chunks get. */
export const registryIndex = -1_001_000;
export const registryGlobals = 2n;
/** `LUA_MASKCOUNT`: call the hook every so many instructions. */
export const hookByCount = 8;

interface Instantiated {
  readonly instance?: { readonly exports: Readonly<Record<string, unknown>> };
}

interface Instantiator {
  instantiate(source: unknown, imports: unknown): Promise<Instantiated>;
}

/**
 * wasmoon wraps each of Lua's functions in one that checks its name at every call, which takes longer than most of them
 * do. So these are the instance's own, seen while wasmoon makes it.
 */
export async function loadLuaWasm(): Promise<LuaWasm> {
  const { WebAssembly: machines } = globalThis as unknown as { WebAssembly: Instantiator };
  const { instantiate } = machines;
  const functions: Record<string, unknown> = {};
  machines.instantiate = async (source, imports) => {
    const made = await instantiate(source, imports);
    const exported = Object.entries(made.instance?.exports ?? {});
    if (exported.some(([name]) => name === 'lua_newstate'))
      for (const [name, value] of exported) functions[`_${name}`] = value;
    return made;
  };
  try {
    const { module } = await new LuaFactory().getLuaModule();
    return Object.assign(module, functions) as unknown as LuaWasm;
  } finally {
    machines.instantiate = instantiate;
  }
}
