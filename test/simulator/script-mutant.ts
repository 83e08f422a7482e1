/** A script with one rule changed. Throws at once if the script no longer holds what the mutant changes. */
import { type LuaScript, luaScript } from '../../services/adapters/redis/lua-scripts.ts';

/** @param path as in `luaScript`; @returns the source to run for each script */
export function mutatedScript(
  path: string,
  [from, to]: readonly [from: string, to: string],
): (script: LuaScript) => string {
  const { name, source } = luaScript(path);
  const changed = source.replace(from, () => to);
  if (changed === source) throw new Error(`${path} holds no ${JSON.stringify(from)}`);
  return (script) => (script.name === name ? changed : script.source);
}
