/**
 * Lambda's response streaming: sends a page of the function URL while it comes about, and every other answer whole.
 *
 * Direct invocations and events get the plain JSON, without the head that only a function URL understands.
 * Source: the AWS Lambda developer guide, "Writing response streaming-enabled Lambda functions"; aws-lambda-ric 4.0.2.
 */
import type { HttpAnswer, HttpHead, OpenPage } from './pages/layout.ts';

interface ResponseStream {
  setContentType(type: string): void;
  write(piece: string): unknown;
  end(): unknown;
}

/** Waits for the stream's end, and ignores what the promise resolves to. */
type StreamingHandler<Context> = (event: unknown, stream: ResponseStream, context: Context) => Promise<void>;

/** The global `awslambda` of Lambda's Node.js runtime. */
export interface StreamingRuntime {
  streamifyResponse<Context>(handler: StreamingHandler<Context>): StreamingHandler<Context>;
  readonly HttpResponseStream: {
    /** The head goes out with the first piece, so there has to be one. */
    from(stream: ResponseStream, head: HttpHead): ResponseStream;
  };
}

export function canStream(runtime: Partial<StreamingRuntime> | undefined): runtime is StreamingRuntime {
  return runtime?.streamifyResponse !== undefined && runtime.HttpResponseStream !== undefined;
}

export function streamed<Context>(
  serve: (event: unknown, context: Context, openPage: OpenPage) => Promise<object | undefined>,
  { streamifyResponse, HttpResponseStream }: StreamingRuntime,
): StreamingHandler<Context> {
  return streamifyResponse(async (event, stream, context: Context) => {
    const openPage: OpenPage = (head) => {
      const page = HttpResponseStream.from(stream, head);
      return (piece) => void page.write(piece);
    };
    const answer = await serve(event, context, openPage);
    if (answer !== undefined && isHttpAnswer(answer)) {
      const { body, ...head } = answer;
      openPage(head)(body);
    } else if (answer !== undefined) {
      stream.setContentType('application/json');
      stream.write(JSON.stringify(answer));
    }
    stream.end();
  });
}

function isHttpAnswer(answer: object): answer is HttpAnswer {
  return 'statusCode' in answer;
}
