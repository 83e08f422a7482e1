/**
 * The fields of a JSON object in an argument, with the server's refusals of absent ones and of wrong types.
 *
 * Numbers may come as text and texts as numbers. `null` is a value of the wrong type.
 * Source: td's `JsonBuilder.cpp`.
 *
 * Tested by: test/lab/telegram-emulator/reply-markup.test.ts
 */
import { isObject } from './arguments.ts';

/** How a refusal is worded around the reason, which is given as it is. */
export type Refuse = (reason: string) => Error;

export class JsonFields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #refuse: Refuse;

  constructor(object: Readonly<Record<string, unknown>>, refuse: Refuse) {
    this.#object = object;
    this.#refuse = refuse;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name) && this.#object[name] !== undefined;
  }

  text(name: string): string {
    this.#mustHave(name);
    return this.optionalText(name);
  }

  optionalText(name: string): string {
    const value = this.#get(name, '');
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw this.#refuse(`Field "${name}" must be of type String`);
    }
    return String(value);
  }

  integer(name: string): number {
    this.#mustHave(name);
    return this.optionalInteger(name);
  }

  optionalInteger(name: string): number {
    const value = this.#get(name, 0);
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw this.#refuse(`Field "${name}" must be a Number`);
    }
    const number = typeof value === 'string' && value === '' ? Number.NaN : Number(value);
    if (!Number.isInteger(number)) throw this.#refuse(`Field "${name}" must be a valid Number`);
    return number;
  }

  flag(name: string): boolean {
    const value = this.#get(name, false);
    if (typeof value !== 'boolean') throw this.#refuse(`Field "${name}" must be of type Boolean`);
    return value;
  }

  /** The fields of the object in a field that must be there. */
  object(name: string): JsonFields {
    this.#mustHave(name);
    const value = this.#get(name);
    if (!isObject(value)) throw this.#refuse(`Field "${name}" must be of type Object`);
    return new JsonFields(value, this.#refuse);
  }

  /** Undefined if absent. */
  array(name: string): readonly unknown[] | undefined {
    const value = this.#get(name);
    if (value !== undefined && !Array.isArray(value)) {
      throw this.#refuse(`Field "${name}" must be of type Array`);
    }
    return value;
  }

  #get(name: string, absent?: unknown): unknown {
    return this.has(name) ? this.#object[name] : absent;
  }

  #mustHave(name: string): void {
    if (!this.has(name)) throw this.#refuse(`Can't find field "${name}"`);
  }
}
