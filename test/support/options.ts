/** Reads the command lines of the programs beside the tests strictly, and answers a wrong one in one line. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { exitCodes } from '../../services/core/platform/exit-codes.ts';

const shownLengthMax = 60;

export interface Usage<Options extends ParseArgsOptionsConfig> {
  readonly options: Options;
  /** The accepted arguments, as one types them. */
  readonly expected: string;
  readonly example: string;
}

/** Returns the options' values. Anything else ends the program with exit code 78. */
export function readOptions<const Options extends ParseArgsOptionsConfig>({
  options,
  expected,
  example,
}: Usage<Options>) {
  const args = process.argv.slice(2);
  try {
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    // Keep the first sentence: Node goes on to explain positionals that begin with a dash.
    const why = error instanceof Error ? error.message.split(/\. |\n/)[0] : String(error);
    const got = JSON.stringify(args.join(' ').slice(0, shownLengthMax));
    return refuse(`arguments: expected ${expected}, got ${got} (${why}); write it like: ${example}`);
  }
}

/** Prints the line and ends the program with exit code 78. */
export function refuse(line: string): never {
  process.stderr.write(`${line}\n`);
  return process.exit(exitCodes.configuration);
}
