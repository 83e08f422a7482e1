/**
 * What ECS tells a container about its own task.
 *
 * Source: the ECS task metadata endpoint, version 4.
 */
const timeoutMs = 2000;

/** The task's ARN, or undefined where there is no such endpoint or it does not answer. */
export async function ecsTaskArn(metadataUri: string | undefined): Promise<string | undefined> {
  if (metadataUri === undefined) return undefined;
  try {
    const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(timeoutMs) });
    const { TaskARN } = (await response.json()) as { TaskARN?: unknown };
    return typeof TaskARN === 'string' ? TaskARN : undefined;
  } catch {
    // The ARN only speeds up the hand-over after a task's end; a worker without it works.
    return undefined;
  }
}
