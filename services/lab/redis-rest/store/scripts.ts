/**
 * The scripts of one store: compiled once, known by their digests. Runs them on one Lua machine.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import type { CompiledScript, LuaVm, ScriptCommandRunner, ScriptInput } from './lua-vm.ts';
import { RedisError, type Reply } from './reply.ts';

export class Scripts {
  private readonly vm: LuaVm;
  private readonly runCommand: ScriptCommandRunner;
  private readonly known = new Map<string, CompiledScript>();

  constructor(vm: LuaVm, runCommand: ScriptCommandRunner) {
    this.vm = vm;
    this.runCommand = runCommand;
  }

  /** Like EVAL: the digest is known from then on. */
  run(source: Bytes, input: ScriptInput): Reply {
    return this.vm.run(this.remember(source), input, this.runCommand);
  }

  forgetAll(): void {
    this.known.clear();
  }

  /** Like EVALSHA. Throws NOSCRIPT. */
  runKnown(sha1: string, input: ScriptInput): Reply {
    const script = this.known.get(sha1.toLowerCase());
    if (script === undefined) throw new RedisError('NOSCRIPT No matching script. Please use EVAL.');
    return this.vm.run(script, input, this.runCommand);
  }

  remember(source: Bytes): CompiledScript {
    const script = this.vm.compile(source);
    this.known.set(script.sha1, script);
    return script;
  }

  knows(sha1: string): boolean {
    return this.known.has(sha1.toLowerCase());
  }
}
