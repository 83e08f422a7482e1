/** `docs/benchmarks.md`, made from what was measured: every figure on it comes from one run. */

import type { Memory } from '../scenarios/memory.ts';
import type { Measured } from '../scenarios.ts';
import { scenarios } from '../scenarios.ts';
import { figure, tableMarkdown } from '../table.ts';
import type { Machine } from './machine.ts';

export interface PageContents {
  readonly measured: Measured;
  readonly machine: Machine;
  readonly json: string;
}

export function page({ measured, machine, json }: PageContents): string {
  const table = <K extends keyof Measured>(key: K): string =>
    tableMarkdown(scenarios[key].table(measured[key]));
  return `# Benchmarks

Made by \`npm run bench -- --write\`, which takes seven to ten minutes; \`npm run bench -- --only uniform\` measures one
thing. Every figure on this page comes from one run on one machine: compare them with one another, not with other
pages.

![The main figures as bars](pictures/benchmarks.svg)

## What is measured

One Bot API server with a round trip of 30 ms (the lab's emulator, a process of its own). Each contender is a process
of its own, started the way its documentation shows, and has the same handlers: a message says how long its work
takes. Each handler writes one line when it begins and one when it ends, straight to a file; all figures are taken
from these lines, so that a killed process is judged by what it had done.

- **Telegraf launch**, **grammY**: \`bot.launch()\`, \`bot.start()\`.
- **runner**, **runner + sequentialize**: grammY's concurrent runner, without and with order in a chat.
- **ours**: \`services/bot/main.ts\` as it is deployed, metrics on, with a store of its own: Redis over REST, another
  process, reached over HTTP on the same machine.
- **bare loop**: fetches and confirms as fast as the wire lets it, and handles nothing.

Where speed is measured, the contenders take turns round by round, and the median of the rounds counts. Where only
losses or shares are counted, all run at the same time. The store answers faster here than one across a network
would: each journal write adds its round trip to a poll, but only while a backlog or slow handlers make it necessary.

${machineText(machine)}

## A backlog: 5,000 queued, 20 ms handlers

${table('uniform')}

Polling is sequential: 100 updates a round trip, so 3,333 a second are the wire's limit. With a backlog, ours writes
each full batch to its journal before it confirms it: one short call to the store for each poll, which is the price of
losing nothing when it is killed (see below). Handlers begin while the next poll is on its way.

## A heavy tail: 300/s, 1 % of handlers take 2 s

${table('heavyTail')}

From being sent to being done, for messages without a slow one of their own chat shortly before them: behind such a
one a message waits for the sake of order, and where nobody waits, order breaks. What was not done at the end of a
round counts as having taken until then.

## One stuck chat

${table('stuckChat')}

## kill -9 under load

${table('kill')}

A killed program is started again at once. \`done twice\` is what at-least-once means: it was done, and nobody could
know. For ours that is at most what the last poll brought, and slow ones that ended since the last call to the store.
grammY gets a tenth of the load, as it handles one message after another.

## Rolling restart

${table('rollingRestart')}

The longest time in which no message was done, from SIGTERM on; the messages themselves are 17 ms apart. The peers
are stopped and started again, because with two of them at a time one ends by a 409; ours has the next task standing
by.

## Trouble at Telegram

${table('trouble')}

One call of getUpdates goes wrong; the figure is how long a message that is sent right then takes. \`dead\`: the
program ended. \`deaf\`: it runs, and does not poll. A call without an answer costs ours the 30 s of the long poll and
10 s more.

## Memory of ours

${table('memory')}

${growthText(measured.memory)}
How many run at once is limited by \`UPDATES_IN_FLIGHT_MAX\` (1,000), how many wait in their chats by twenty times as
much; what waits at Telegram costs nothing. The worker is bundled and started as the image starts it; run from source
it needs more, because Node then keeps what strips the types.

## Hand-over and cold start

${table('handOver')}

From the signal to the next leader's first poll, with a lease of 30 s. \`killed and reported\`: kill -9, and the ops
function breaks the lock when ECS reports the stopped task; \`killed\` alone costs what is left of the lease.

${table('coldStart')}

## The figures as JSON

<details>
<summary>All of it</summary>

\`\`\`json
${json}
\`\`\`

</details>
`;
}

function machineText({
  measuredOn,
  processor,
  cores,
  memoryGb,
  system,
  node,
  store,
  versions,
}: Machine): string {
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const storeText = store === 'redis-server' ? 'a real redis-server' : 'the embedded store';
  return `Measured on ${measuredOn}: ${processor}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node},
${libraries.join(', ')}; the store is ${storeText}.`;
}

/** How much one more update in flight costs, between the least and the most that were measured. */
function growthText(memory: readonly Memory[]): string {
  const inFlight = memory.filter(({ what }) => /in flight$/.test(what));
  const [least, most] = [inFlight[0], inFlight.at(-1)];
  if (least === undefined || most === undefined) return '';
  const kb = ((most.peakMb - least.peakMb) * 1024) / (most.inFlight - least.inFlight);
  return `Each update whose handler runs costs about ${figure(kb)} KB, what Telegraf makes for it included.`;
}
