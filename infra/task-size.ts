/**
 * The sizes of a task.
 *
 * Tested by: test/infra/configuration.test.ts
 */
import type { VariableReader } from '../services/core/settings/contract.ts';

/** What Fargate offers up to one processor; a single Node process uses no more. */
const memoryChoices = {
  '256': ['512', '1024', '2048'],
  '512': ['1024', '2048', '3072', '4096'],
  '1024': ['2048', '3072', '4096', '5120', '6144', '7168', '8192'],
} as const;
const cpuChoices = Object.keys(memoryChoices) as (keyof typeof memoryChoices)[];

export interface TaskSize {
  /** In 1/1024 of a processor. */
  readonly cpu: number;
  readonly memoryMiB: number;
}

/** `names` are those of the context. */
export function readTaskSize(reader: VariableReader, names: { cpu: string; memory: string }): TaskSize {
  const cpu = reader.choice(names.cpu, cpuChoices, '256');
  const choices: readonly string[] = memoryChoices[cpu];
  const memory = reader.text(names.memory) ?? choices[0] ?? '';
  if (!choices.includes(memory)) {
    reader.report(names.memory, {
      expected: `MiB that Fargate offers with ${names.cpu} ${cpu}: ${choices.join(', ')}`,
      got: JSON.stringify(memory),
      fix: 'choose one of these, or leave it out for the first',
    });
  }
  return { cpu: Number(cpu), memoryMiB: Number(memory) };
}
