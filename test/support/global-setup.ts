/** Prints one line that names the real tools that are missing. With `REQUIRE_REAL=1` a missing tool fails the run. */
import { missingTools } from './real-tools.ts';

export default function setup(): void {
  const { required, all } = missingTools();
  if (required.length > 0 && process.env.REQUIRE_REAL === '1') {
    throw new Error(
      `REQUIRE_REAL=1: this machine lacks ${required.join(', ')}; run .ci/run, which installs them, or unset REQUIRE_REAL`,
    );
  }
  if (all.length > 0)
    process.stdout.write(`skipped: what needs ${all.join(', ')} (this machine lacks them)\n`);
}
