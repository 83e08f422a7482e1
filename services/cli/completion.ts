/**
 * `completion bash|zsh`: the completion of commands, options and words, from the table of commands.
 *
 * Guarantees: completing runs no program. Works in the bash 3.2 of macOS.
 */
import { type Invocation, UsageError } from './command-line.ts';
import { commandNames, commands, everywhere, formOf, type OptionName, optionTypes } from './commands.ts';
import type { CliContext } from './context.ts';
import { type CliExitCode, cliExitCodes } from './exit-codes.ts';

const scripts: Readonly<Record<(typeof commands.completion.verbs)[number], () => string>> = {
  bash: bashScript,
  zsh: zshScript,
};

export function completion({ terminal }: CliContext, { words: [shell] }: Invocation): CliExitCode {
  const known = commands.completion.verbs.find((one) => one === shell);
  if (known === undefined) throw new UsageError('expected "completion bash" or "completion zsh"');
  terminal.answer(scripts[known]());
  return cliExitCodes.done;
}

function bashScript(): string {
  return `_staffprobot() {
  local word command='' words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${commandNames.join('|')}) command=$word; break ;; esac
  done
  case "\${COMP_WORDS[COMP_CWORD-1]}" in ${withValue.join('|')}) COMPREPLY=(); return ;; esac
  case "$command" in
${commandNames.map((name) => `    ${name}) words='${wordsAfter(name).join(' ')}' ;;`).join('\n')}
    *) words='${[...commandNames, ...withoutCommand].join(' ')}' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _staffprobot staffprobot staffprobot.mjs
`;
}

function zshScript(): string {
  return `#compdef staffprobot staffprobot.mjs
_staffprobot() {
  local word command=''
  local -a summaries
  summaries=(
${commandNames.map((name) => `    '${name}:${formOf(name).summary}'`).join('\n')}
  )
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in (${commandNames.join('|')}) command=$word; break ;; esac
  done
  case "\${words[CURRENT-1]}" in (${withValue.join('|')}) return 1 ;; esac
  case "$command" in
${commandNames.map((name) => `    (${name}) compadd -- ${wordsAfter(name).join(' ')} ;;`).join('\n')}
    (*)
      if [[ "$PREFIX" == -* ]]; then compadd -- ${withoutCommand.join(' ')}
      else _describe command summaries
      fi ;;
  esac
}
compdef _staffprobot staffprobot staffprobot.mjs
`;
}

const withoutCommand = ['--help', '--version'];
const withValue = (Object.keys(optionTypes) as OptionName[])
  .filter((name) => optionTypes[name] === 'string')
  .map(optionText);

function wordsAfter(name: (typeof commandNames)[number]): readonly string[] {
  const { verbs = [], options } = formOf(name);
  return [...verbs, ...[...options, ...everywhere].map(optionText)];
}

function optionText(name: OptionName): string {
  return `--${name}`;
}
