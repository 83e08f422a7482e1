/**
 * Reads the ARN of this container's own ECS task.
 *
 * Source: the ECS task metadata endpoint, version 4.
 */
const timeoutMs = 2000;

/** Undefined outside of ECS, or when the endpoint gives no usable answer within two seconds. */
export async function ecsTaskArn(metadataUri: string | undefined): Promise<string | undefined> {
  if (metadataUri === undefined) return undefined;
  try {
    const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(timeoutMs) });
    const { TaskARN } = (await response.json()) as { TaskARN?: unknown };
    return typeof TaskARN === 'string' ? TaskARN : undefined;
  } catch {
    // The ARN only speeds up the hand-over after a task ends; the worker runs without it.
    return undefined;
  }
}
