/**
 * A mutant: the program with one rule removed, as found in the wild.
 *
 * A script mutant changes the script's source. A method mutant patches a class for the length of a run and restores it
 * afterwards. Both fail if what they change no longer exists.
 */
import type { Mutation } from './mutation.ts';
import { mutatedScript } from './script-mutant.ts';

export interface Mutant {
  readonly name: string;
  readonly mutation: Mutation;
  /** Installs the mutant; returns the function that removes it. */
  install(): () => void;
}

export function scriptMutant(name: string, script: string, change: readonly [string, string]): Mutant {
  return { name, mutation: { sourceOf: mutatedScript(script, change) }, install: () => () => {} };
}

/** Replaces methods, even private ones. */
export function methodMutant(
  name: string,
  owner: object,
  methods: Readonly<Record<string, unknown>>,
): Mutant {
  return {
    name,
    mutation: {},
    install() {
      const originals = Object.keys(methods).map((method) => {
        const original = Object.getOwnPropertyDescriptor(owner, method);
        if (original === undefined) throw new Error(`there is no method ${method}`);
        return [method, original] as const;
      });
      for (const [method, value] of Object.entries(methods)) {
        Object.defineProperty(owner, method, { value, configurable: true, writable: true });
      }
      return () => {
        for (const [method, original] of originals) Object.defineProperty(owner, method, original);
      };
    },
  };
}
