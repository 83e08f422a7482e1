/** The one table of commands and their options: parsing, help and completion read it. */

/** What is typed after an option, if anything. */
export const optionTypes = {
  json: 'boolean',
  help: 'boolean',
  version: 'boolean',
  quiet: 'boolean',
  lab: 'boolean',
  yes: 'boolean',
  force: 'boolean',
  'drop-updates': 'boolean',
  all: 'boolean',
  unread: 'boolean',
  'mark-read': 'boolean',
  complete: 'boolean',
  watch: 'boolean',
  inline: 'boolean',
  function: 'string',
  reason: 'string',
  as: 'string',
  wait: 'string',
  count: 'string',
} as const;

export type OptionName = keyof typeof optionTypes;

interface CommandForm {
  /** Its line in the general help, and in a shell's completion. */
  readonly summary: string;
  /** Its own options, beside those of every command. */
  readonly options: readonly OptionName[];
  /** How many words may follow it. */
  readonly words: number;
  /** The words that the first one is chosen from. */
  readonly verbs?: readonly string[];
}

export const everywhere = ['json', 'quiet', 'help'] as const satisfies readonly OptionName[];
const ops = ['function', 'lab'] as const satisfies readonly OptionName[];
const action = [...ops, 'reason', 'as', 'yes', 'wait'] as const satisfies readonly OptionName[];

export const commands = {
  status: {
    summary: 'who polls, since when, heartbeat, queue, outage',
    options: [...ops, 'watch'],
    words: 0,
  },
  doctor: {
    summary: 'what is wrong, the one next step, and the command for it',
    options: [...ops, 'inline', 'wait'],
    words: 0,
  },
  audit: {
    summary: 'what happened to the polling lock and the worker, who did it, and why',
    options: ['lab', 'count'],
    words: 0,
  },
  inbox: {
    summary: 'the alerts that superadmins got',
    options: ['lab', 'unread', 'mark-read', 'count'],
    words: 20,
  },
  recover: {
    summary: 'the whole runbook: release the lock, restart, wait for a heartbeat',
    options: [...action, 'force', 'drop-updates'],
    words: 0,
  },
  'release-lock': { summary: 'release the polling lock', options: [...action, 'force'], words: 0 },
  restart: { summary: 'restart the worker (ECS)', options: action, words: 0 },
  snooze: {
    summary: 'no alerts for some minutes, while you work on the bot; 0 ends it',
    options: action,
    words: 1,
  },
  'drop-updates': {
    summary: 'delete all updates that wait at Telegram, for good',
    options: action,
    words: 0,
  },
  unbind: {
    summary: 'free the store from its bot, so that another bot can use it',
    options: ['lab', 'as', 'reason', 'yes'],
    words: 0,
  },
  dead: {
    summary: 'dead letters, updates that were given up: "dead list", "dead retry ID"',
    options: ['lab', 'all', 'as', 'reason'],
    words: 1000,
    verbs: ['list', 'retry'],
  },
  'check-env': {
    summary: 'check the settings; fails on a production token outside production',
    options: ['complete'],
    words: 0,
  },
  completion: {
    summary: 'print the completion of commands and options for your shell',
    options: [],
    words: 1,
    verbs: ['bash', 'zsh'],
  },
} as const satisfies Readonly<Record<string, CommandForm>>;

export type CommandName = keyof typeof commands;

export const commandNames = Object.keys(commands) as CommandName[];

export function formOf(command: CommandName): CommandForm {
  return commands[command];
}
