import { expect, it } from 'vitest';
import { guarded } from '../../services/cli/terminal.ts';

function recorded(program: string) {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const terminal = guarded(
    {
      answer: write,
      tell: write,
      overwrite: write,
      redraw: write,
      canRedraw: true,
      isLive: true,
      canAsk: false,
      ask: async (question) => {
        write(question);
        return 'yes';
      },
    },
    program,
  );
  return { written, terminal };
}

it('lets no foreign text send codes to the terminal, in an answer or in a question', async () => {
  const { written, terminal } = recorded('npx staffprobot');
  const foreign = 'host \u001b[2K\r\u202eevil\n';
  terminal.answer(foreign);
  terminal.tell(foreign);
  terminal.overwrite(foreign);
  terminal.redraw(foreign);
  expect(await terminal.ask(foreign)).toBe('yes');
  expect(new Set(written)).toEqual(new Set(['host \\u001b[2K\\u000d\\u202eevil\n']));
  expect(terminal).toMatchObject({ isLive: true, canAsk: false, canRedraw: true });
});

it('writes commands to paste as the program is called here', () => {
  const { written, terminal } = recorded('node staffprobot.mjs');
  terminal.answer('run "npx staffprobot recover", then npx staffprobot status\n');
  expect(written).toEqual(['run "node staffprobot.mjs recover", then node staffprobot.mjs status\n']);
});
