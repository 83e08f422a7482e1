/**
 * Asks a worker or a consumer for its health. A frozen process accepts the connection and says nothing, hence the time limit.
 */
import { healthPath } from '../../bot/contract.ts';

export interface ProgramHealth {
  readonly healthy: boolean;
  /** The program's report, such as its role. */
  readonly body: Readonly<Record<string, unknown>>;
}

const timeoutMs = 700;

/** Undefined if the program is silent. */
export async function askHealth(port: number): Promise<ProgramHealth | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${healthPath}`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = (await response.json()) as Readonly<Record<string, unknown>>;
    return { healthy: response.status === 200, body };
  } catch {
    // Silence is a result, not an error.
    return undefined;
  }
}
