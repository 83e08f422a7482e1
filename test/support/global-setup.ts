/** Says once, in one line, which real tools are missing; fails the run when `REQUIRE_REAL=1` asks for all. */
import { missingTools } from './real-tools.ts';

export default function setup(): void {
  const missing = missingTools();
  if (missing.length === 0) return;
  if (process.env.REQUIRE_REAL === '1') {
    throw new Error(`REQUIRE_REAL=1: not on PATH: ${missing.join(', ')}; install them or unset REQUIRE_REAL`);
  }
  process.stdout.write(`skipped: what needs ${missing.join(', ')} (not on PATH)\n`);
}
