/** A queue that refuses some of SQS's calls and answers nothing of use to the others. */
import { createServer } from 'node:http';
import { listenOnLoopback } from '../../services/lab/shared/loopback-server.ts';

export interface RefusingQueue {
  readonly url: string;
  close(): Promise<void>;
}

/** @param refusals the name of the error for each call that is refused */
export async function refusingQueue(refusals: Readonly<Record<string, string>>): Promise<RefusingQueue> {
  const server = createServer((request, response) => {
    request.resume();
    const call = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const name = refusals[call];
    const answer = call === 'GetQueueAttributes' ? { Attributes: { FifoQueue: 'true' } } : {};
    const refusal = { __type: `com.amazonaws.sqs#${name}`, message: `no ${call} for you` };
    response.writeHead(name === undefined ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(name === undefined ? answer : refusal));
  });
  const { url, close } = await listenOnLoopback(server, 0);
  return { url: `${url}/000000000000/updates.fifo`, close };
}
