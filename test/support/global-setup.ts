/** Prints one line that names the real tools that are missing. With `REQUIRE_REAL=1` a missing tool fails the run. */
import { missingTools } from './real-tools.ts';

export default function setup(): void {
  const { required, all } = missingTools();
  if (required.length > 0 && process.env.REQUIRE_REAL === '1') {
    throw new Error(
      `REQUIRE_REAL=1: not on PATH: ${required.join(', ')}; install them or unset REQUIRE_REAL`,
    );
  }
  if (all.length > 0) process.stdout.write(`skipped: what needs ${all.join(', ')} (not on PATH)\n`);
}
