/** What `--help` says: for a person who is in a hurry. */
import type { CommandName } from './command-line.ts';

const exitCodesHelp = `Exit codes
  0   done; of doctor: all is well        64  not a command of ours
  1   refused, failed, or answered "no";  69  the store or the function cannot be used
      of doctor: something is wrong       70  a bug
                                          78  settings are wrong or missing`;

const settingsHelp = `Settings come from the environment and from .env in the current folder, as the bot's do: the store
(UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, REDIS_KEY_PREFIX), the token, ECS_CLUSTER and ECS_SERVICE.
status, doctor, release-lock and what reads the store alone do without the token. What changes something is refused
while the lock is held by a bot of another ENVIRONMENT than yours; drop-updates also looks at the last heartbeat.
With --function they are the function's own, and only the "aws" program is needed.`;

export const generalHelp = `StaffProBot's runbook as commands

  npx staffprobot <command> [options]

Look
  status          who polls, since when, heartbeat, queue, outage
  doctor          what is wrong, the one next step, and the command for it
  audit           what happened to the polling, and who did it
  inbox           what superadmins were told
  dead list       updates that were given up

Repair (the first four ask first, unless --yes)
  recover         the whole runbook: free the lock, restart, wait for a heartbeat
  release-lock    free the polling lock
  restart         restart the worker (ECS)
  drop-updates    delete what waits at Telegram, for good
  dead retry      put a given-up update back

Before a start
  check-env       fails when a production token is used outside production

Everywhere
  --json          the answer as JSON on stdout; all else goes to stderr
  --quiet         no progress
  --help          more about one command: npx staffprobot <command> --help

${exitCodesHelp}

${settingsHelp}
`;

const actionOptions = `  --reason TEXT     why, for the audit trail (default: by hand from the command line)
  --as NAME         who, for the audit trail (default: you at this machine)
  --yes             do not ask
  --wait SECONDS    how long it may take (default 300); not with --function
  --function NAME   through the ops function, by "aws lambda invoke"; IAM decides whether you may
`;

const helps: Readonly<Record<CommandName, string>> = {
  status: `npx staffprobot status [--function NAME] [--json]

Who holds the polling lock and since when, the heartbeat's age, the queue at Telegram, the open outage.
What cannot be asked from here is shown as unknown, with what is missing. Changes nothing. Exit code 0 whenever it
could look, also when the bot is down: doctor judges.
`,
  doctor: `npx staffprobot doctor [--function NAME] [--json]

Runs the diagnosis: names the one cause that explains the silence best, the one next step, and the command for it.
Changes nothing. Exit code 0 when all is well, 1 when something is wrong, 69 when the store cannot be used.
`,
  'release-lock': `npx staffprobot release-lock [--force] [options]

Asks the holder to let go: a live one stops polling and does so within a second or two, a dead one's lock is gone
when its remaining life has passed. This waits for it. Exit code 1 when it is still held at the end.

  --force           delete the lock at once. A holder that still polls overlaps with the next one until it notices:
                    only when you know that it is dead
${actionOptions}
--json prints {ok, action, lockRemoved, previousValue, heartbeatAgeSeconds, mode, lock_removed, previous_value}.
`,
  'drop-updates': `npx staffprobot drop-updates [options]

Deletes everything that waits in Telegram's queue, for good: the bot never sees it. Works while somebody polls.
A webhook that is set goes with it. It does not revive polling.

${actionOptions}`,
  restart: `npx staffprobot restart [options]

A forced new deployment of the worker's ECS service: a new task comes up, the old one hands over and stops.

${actionOptions}`,
  recover: `npx staffprobot recover [--drop-updates] [--force] [options]

The runbook in its right order: free the lock, drop pending updates (only with --drop-updates), restart the worker,
wait for a fresh heartbeat. Stops at the first step that fails and says what was done and what was not; repeating
is safe.

  --drop-updates    delete what waits at Telegram as well, for good
  --force           delete the lock at once instead of asking its holder
${actionOptions}`,
  inbox: `npx staffprobot inbox [TELEGRAM_ID…] [--unread] [--mark-read] [--count N] [--json]

The in-app notifications of these superadmins; without an id, of all in SUPERADMIN_TELEGRAM_IDS.

  --unread          only those
  --mark-read       mark all of them as read
  --count N         the newest N of each (default 10, at most 100)
`,
  dead: `npx staffprobot dead list [--json]
npx staffprobot dead retry ID… | --all [--json]

Updates whose handler was cut short three times: the worker ended before it did. "retry" puts them back into the
journal with all attempts left; doing it twice is harmless. They are handled when the next term begins, because a
leader reads the journal only at the beginning of its own: hand over with "npx staffprobot release-lock", or restart.

  --all             all that were given up
  --reason TEXT     why, for the audit trail
  --as NAME         who, for the audit trail
`,
  audit: `npx staffprobot audit [--count N] [--json]

The newest N entries of the audit trail (default 20, at most 1000), newest first: acquired, released, lost, revoked,
broken, outage, recovered, restarted, dropped, retried; who, why, before and after.
`,
  'check-env': `npx staffprobot check-env [--complete] [--json]

Looks at the environment and .env as the bot would: every problem in a line of its own, with how to mend it, and exit
code 78. A production token outside production is one. What is not set is fine, so that it can run in CI.
Connects to nothing.

  --complete        what is missing for a start is a problem as well
`,
};

export function helpFor(command: CommandName | undefined): string {
  return command === undefined ? generalHelp : `${helps[command]}\n${exitCodesHelp}\n`;
}
