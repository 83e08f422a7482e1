/**
 * What `--help` prints, for a person in a hurry.
 *
 * Tested by: test/cli/command-line.test.ts
 */
import { type CommandName, commands } from './commands.ts';

const exitCodesHelp = `Exit codes
  0   done; of doctor: all is well        64  wrong command, option or argument
  1   refused, failed, or answered "no";  69  the store or the function cannot be used
      of doctor: something is wrong       70  a bug
                                          78  settings are wrong or missing`;

const settingsHelp = `Settings come from the environment and from .env in the current folder, like the bot's: the store
(UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, REDIS_KEY_PREFIX), the bot token, ECS_CLUSTER and ECS_SERVICE.
status, doctor, release-lock, audit, inbox, dead and unbind work without the bot token. A command that changes
something is refused while a bot of another ENVIRONMENT holds the lock; drop-updates also checks the last heartbeat.
In queue mode UPDATES_QUEUE_URL and ECS_HANDLERS_SERVICE too, with AWS credentials for the queue.
With --function the function uses its own settings, and you need only the "aws" program.`;

function summaries(...names: readonly CommandName[]): string {
  return names.map((name) => `  ${name.padEnd(15)} ${commands[name].summary}`).join('\n');
}

export const generalHelp = `StaffProBot's runbook as commands

  npx staffprobot <command> [options]

Find out (changes nothing)
${summaries('status', 'doctor', 'audit', 'inbox')}

Repair (asks for confirmation, unless --yes)
${summaries('recover', 'release-lock', 'restart', 'snooze', 'drop-updates', 'unbind')}

Repair without a question
${summaries('dead')}

Before a start
${summaries('check-env', 'completion')}

For every command
  --json          print the answer as JSON on stdout; everything else goes to stderr
  --quiet         show no progress
  -h, --help      more about one command: npx staffprobot <command> --help
  --version       alone: the version

To rehearse
  --lab           act on the lab that runs on this machine ("npm start") instead of the bot in .env

${exitCodesHelp}

${settingsHelp}
`;

const labOption = `  --lab             act on the lab that runs on this machine, for a rehearsal. It listens on LAB_PORT, else on the first
                    port from 8080 on; the settings in the environment and .env are not used
`;

const functionOption = `  --function NAME   ask the ops function, by "aws lambda invoke"; IAM decides whether you may
`;

const actionOptions = `  --reason TEXT     why, for the audit trail (default: by hand from the command line)
  --as NAME         who, for the audit trail (default: you at this machine)
  --yes             do not ask for confirmation
  --wait SECONDS    how long the action may take (default 300); not with --function
  --function NAME   run it in the ops function, by "aws lambda invoke"; IAM decides whether you may
${labOption}`;

const helps: Readonly<Record<CommandName, string>> = {
  status: `npx staffprobot status [--watch] [--function NAME | --lab] [--json]

Shows who holds the polling lock and since when, the heartbeat's age, the queue at Telegram and the open outage; in
queue mode also the updates queue, its consumers and their lag.
A fact that cannot be found out from here is shown as unknown, with what is missing. Changes nothing.
Exit code 0 even if the bot is down: doctor judges, status only looks.

  --watch           ask again and again until Ctrl-C: a terminal shows the present state, a file or a pipe gets the
                    page each time the state changes, with --json one line for each
${functionOption}${labOption}`,
  doctor: `npx staffprobot doctor [--inline [--wait SECONDS]] [--function NAME | --lab] [--json]

Runs the diagnosis: names the most likely cause of the trouble, the one next step, and the command for it. Then lists
every check with what it asked and what came: ✓ is a good answer, – a bad one or none. It tries whether an alert would
reach each superadmin, without sending a message. Changes nothing.
Exit code 0 when all is well, 1 when something is wrong, 69 when the store cannot be used.

  --inline          queue mode: whether handlers may go back inline. Refused while a worker polls, while the updates
                    queue holds anything, or until it has been empty for 60 s: it watches for so long. The same is
                    checked, but for the worker, when UPDATES_QUEUE_URL is set here and HANDLERS is inline
  --wait SECONDS    with --inline: wait so long for the worker to stop and the queue to be empty (default 0)
${functionOption}${labOption}`,
  'release-lock': `npx staffprobot release-lock [--force] [options]

Asks the holder to release the lock and waits. A live holder stops polling and releases it within a second or two;
the lock of a dead one expires. Exit code 1 when the lock is still held at the end.

  --force           delete the lock at once. A holder that still polls will overlap with the next one until it
                    notices: use it only when you know that the holder is dead
${actionOptions}
--json prints {ok, action, lockRemoved, previousValue, heartbeatAgeSeconds, mode, lock_removed, previous_value}.
`,
  'drop-updates': `npx staffprobot drop-updates [options]

Deletes all updates in Telegram's queue, for good: the bot will never see them. Works even while a worker polls.
Removes a webhook as well, if one is set. Does not start the polling again.
In queue mode it first purges the updates queue, which SQS allows once a minute: refused there, it drops nothing.

${actionOptions}`,
  snooze: `npx staffprobot snooze MINUTES [options]

Keeps the monitor from alerting anyone for that long, at most 1440 minutes; 0 ends it. Outages are recorded,
and one that is still open at the end is told then. Alarms of CloudWatch and Prometheus still ring.

${actionOptions}`,
  restart: `npx staffprobot restart [options]

Forces a new deployment of the worker's ECS service: a new task starts, the old one hands over and stops.
In queue mode the same of the handlers' service (ECS_HANDLERS_SERVICE).

${actionOptions}`,
  recover: `npx staffprobot recover [--drop-updates] [--force] [options]

Works through the runbook in order: release the lock, drop pending updates (only with --drop-updates), restart the
worker, wait for a fresh heartbeat. Stops at the first step that fails and lists what was done and what was not.
Safe to repeat.

  --drop-updates    also delete all updates that wait at Telegram, for good
  --force           delete the lock at once instead of asking its holder
${actionOptions}`,
  inbox: `npx staffprobot inbox [TELEGRAM_ID…] [--unread] [--mark-read] [--count N] [--json]

Shows the inbox entries of these superadmins; without an id, of everyone in SUPERADMIN_TELEGRAM_IDS.

  --unread          only unread entries
  --mark-read       mark all of them as read
  --count N         the newest N of each (default 10, at most 100)
${labOption}`,
  dead: `npx staffprobot dead list [--json]
npx staffprobot dead retry ID… | --all [--json]

Dead letters: updates that were given up after three attempts, each of which ended with the worker and not with the
handler. "retry" puts them back into the journal with all attempts left; repeating it is harmless. They are handled
when the next term begins, because a leader reads the journal only then: hand over with "npx staffprobot
release-lock", or restart. If several letters have one update id, the second is called ID#2.

  --all             all dead letters
  --reason TEXT     why, for the audit trail
  --as NAME         who, for the audit trail
${labOption}`,
  unbind: `npx staffprobot unbind [--yes] [--json]

A store, with its REDIS_KEY_PREFIX, belongs to the bot that first took its lock; a worker of another bot is refused.
"unbind" frees it: the unfinished updates in its journal become dead letters, and the next bot that takes the lock owns
it. Refused while the polling lock is held: stop the worker first. Repeating it is harmless.

  --reason TEXT     why, for the audit trail
  --as NAME         who, for the audit trail
  --yes             do not ask for confirmation
${labOption}`,
  audit: `npx staffprobot audit [--count N] [--json]

Shows the newest N entries of the audit trail (default 20, at most 1000), newest first: acquired, released, lost,
revoked, broken, outage, recovered, restarted, dropped, retried,
snoozed, acknowledged, unbound; each with who, why, before and after.

${labOption}`,
  'check-env': `npx staffprobot check-env [--complete] [--json]

Checks the environment and .env as the bot does: one line for each problem, with how to fix it, and exit code 78.
A production token outside production is a problem. Missing settings are not, so that it can run in CI.
Connects to nothing.

  --complete        also report what is missing for a start
`,
  completion: `npx staffprobot completion bash|zsh

Prints the completion of commands and options for the command "staffprobot". From a clone, where the command is
"npx staffprobot", give it that name first:

  alias staffprobot='npx staffprobot'
  source <(npx staffprobot completion bash)      # in ~/.bashrc
  source <(npx staffprobot completion zsh)       # in ~/.zshrc, after compinit
`,
};

export function helpFor(command: CommandName | undefined): string {
  return command === undefined ? generalHelp : `${helps[command]}\n${exitCodesHelp}\n`;
}
