/**
 * Every alarm of the stack, with the runbook heading that it links.
 *
 * The heading stands in the runbook word for word; its anchor, which is also the alarm's name, is what a Markdown
 * page makes of it. A test holds stack, list and runbook together.
 */
export interface AlarmText {
  readonly heading: string;
  /** What it means that the alarm rings, in one sentence. */
  readonly meaning: string;
}

export const alarms = {
  monitorNotSucceeding: {
    heading: 'Monitor not succeeding',
    meaning: 'The heartbeat monitor has finished no full pass for five minutes: nobody watches the bot.',
  },
  monitorErrors: {
    heading: 'Monitor errors',
    meaning: 'Runs of the heartbeat monitor fail: most often the store cannot be read or a setting is wrong.',
  },
  heartbeatOld: {
    heading: 'Heartbeat old',
    meaning: "The bot's last heartbeat is older than the limit: it does not poll, or its polls fail.",
  },
  outageOpen: {
    heading: 'Outage open',
    meaning: 'The monitor holds the bot for down and has told the superadmins.',
  },
  workerNotRunning: {
    heading: 'Worker not running',
    meaning: 'Fewer polling workers run than the service asks for.',
  },
  eventsUndelivered: {
    heading: 'Events undelivered',
    meaning: 'An invocation was given up and lies in the dead-letter queue.',
  },
  noticesUndelivered: {
    heading: 'Notices undelivered',
    meaning: 'A notice has waited for ten minutes: superadmins may not know of an outage.',
  },
  opsRefusals: {
    heading: 'Ops refusals',
    meaning:
      'The ops function refuses many HTTPS requests: somebody tries its address, or links do not work.',
  },
  opsErrors: {
    heading: 'Ops errors',
    meaning: 'The ops function itself fails: repairs by link, command line or stopped task do not work.',
  },
} as const satisfies Record<string, AlarmText>;

export type AlarmId = keyof typeof alarms;

/** The anchor that Markdown pages give a heading: lower case, hyphens for spaces. */
export function runbookAnchor(id: AlarmId): string {
  return alarms[id].heading.toLowerCase().replaceAll(' ', '-');
}

export function alarmDescription(id: AlarmId, runbookUrl: string): string {
  return `${alarms[id].meaning} What to do: ${runbookUrl}#${runbookAnchor(id)}`;
}
