/** The programs behind `npm run`, started with arguments that they do not know. */
import { describe, expect, it } from 'vitest';
import { startProgram } from './program.ts';

const simulator = 'test/simulator/main.ts';
const bench = 'test/bench/main.ts';

describe('a program with wrong arguments', () => {
  it.each([
    [simulator, ['--seed'], 'arguments'],
    [simulator, ['--nonsense'], 'arguments'],
    [simulator, ['12'], 'arguments'],
    [simulator, ['--seeds', '0'], '--seeds'],
    [simulator, ['--seeds', 'many'], '--seeds'],
    [simulator, ['--only', 'lease'], '--only'],
    [bench, ['--nope'], 'arguments'],
    [bench, ['--only', 'nothing'], '--only'],
    [bench, ['--rounds', '0'], '--rounds'],
    [bench, ['--write', '--only', 'kill'], '--write'],
    ['test/pictures/main.ts', ['--fast'], 'arguments'],
    ['test/infra/rehearsal/main.ts', ['production'], 'arguments'],
    ['services/lab/main.ts', ['--nope'], 'arguments'],
  ])('answers in one line: %s %j', async (main, args, name) => {
    const program = startProgram(main, {}, args);
    expect(await program.ended).toBe(78);
    expect(program.stdout()).toBe('');
    expect(program.stderr()).toMatch(new RegExp(`^${name}: expected [^\\n]+, got [^\\n]+; [^\\n]+\\n$`));
  });
});
