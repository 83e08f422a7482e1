import { expect, it } from 'vitest';
import type { HttpHead, OpenPage } from '../../../functions/release-lock/pages/layout.ts';
import { canStream, type StreamingRuntime, streamed } from '../../../functions/release-lock/streamed.ts';

/** Lambda's runtime: the head goes out with the first piece. */
function runtime(): { sent: unknown[]; awslambda: StreamingRuntime; stream: never } {
  const sent: unknown[] = [];
  const stream = {
    setContentType: (type: string) => void sent.push({ type }),
    write: (piece: string) => sent.push(piece),
    end: () => sent.push('end'),
  };
  const awslambda: StreamingRuntime = {
    streamifyResponse: (handler) => handler,
    HttpResponseStream: {
      from: (inner, head) => {
        sent.push(head);
        return inner;
      },
    },
  };
  return { sent, awslambda, stream: stream as never };
}

const head: HttpHead = { statusCode: 200, headers: { 'x-a': 'b' }, cookies: ['c=d'] };

it('takes Lambda’s runtime for one that streams, and not the empty global that the AWS clients make', () => {
  expect([undefined, {}, runtime().awslambda].map(canStream)).toEqual([false, false, true]);
});

it('sends a page in pieces, under its head, and returns nothing', async () => {
  const { sent, awslambda, stream } = runtime();
  const serve = async (_event: unknown, _context: unknown, openPage: OpenPage) => {
    const send = openPage(head);
    send('one');
    send('two');
    return undefined;
  };
  expect(await streamed(serve, awslambda)({}, stream, {})).toBeUndefined();
  expect(sent).toEqual([head, 'one', 'two', 'end']);
});

it('sends a page that is answered whole with its status', async () => {
  const { sent, awslambda, stream } = runtime();
  const refusal = { ...head, statusCode: 403, body: 'no' };
  expect(await streamed(async () => refusal, awslambda)({}, stream, {})).toBeUndefined();
  expect(sent).toEqual([{ ...head, statusCode: 403 }, 'no', 'end']);
});

it('answers an invocation with plain JSON and no head', async () => {
  const { sent, awslambda, stream } = runtime();
  const answer = { ok: true, action: 'status' };
  expect(await streamed(async () => answer, awslambda)({}, stream, {})).toBeUndefined();
  expect(sent).toEqual([{ type: 'application/json' }, JSON.stringify(answer), 'end']);
});

it('passes the event and the context on, and leaves a failure to the runtime', async () => {
  const { sent, awslambda, stream } = runtime();
  const given: unknown[] = [];
  const serve = async (...[event, context]: readonly unknown[]) => {
    given.push(event, context);
    throw new Error('a bug');
  };
  await expect(streamed(serve, awslambda)('event', stream, 'context')).rejects.toThrow('a bug');
  expect([given, sent]).toEqual([['event', 'context'], []]);
});
