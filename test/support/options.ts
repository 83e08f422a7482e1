/** The command lines of the programs beside the tests: read strictly, and a wrong one is one line, not a stack. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { exitCodes } from '../../services/core/platform/exit-codes.ts';

const shownLengthMax = 60;

export interface Usage<Options extends ParseArgsOptionsConfig> {
  readonly options: Options;
  /** What may stand there, as it is written. */
  readonly expected: string;
  readonly example: string;
}

/** The options' values. Ends the program with exit code 78 when something else came. */
export function readOptions<const Options extends ParseArgsOptionsConfig>({
  options,
  expected,
  example,
}: Usage<Options>) {
  const args = process.argv.slice(2);
  try {
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    // Node explains at length how to write a positional that begins with a dash.
    const why = error instanceof Error ? error.message.split(/\. |\n/)[0] : String(error);
    const got = JSON.stringify(args.join(' ').slice(0, shownLengthMax));
    return refuse(`arguments: expected ${expected}, got ${got} (${why}); write it like: ${example}`);
  }
}

/** Ends the program: it was asked for something that it does not do. */
export function refuse(line: string): never {
  process.stderr.write(`${line}\n`);
  return process.exit(exitCodes.configuration);
}
