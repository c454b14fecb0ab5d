import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnLoopback } from './listen-on-loopback.ts';

export type Posted = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** `reset` for a connection that breaks, `silence` for one that never answers. */
export type Answer =
  | number
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | 'reset'
  | 'silence';

export type Receiver = {
  readonly url: string;
  readonly posted: readonly Posted[];
  stop(): Promise<void>;
};

export type ReceiverParts = {
  readonly answer?: (posted: Posted) => Answer;
  /** Answers only once so many requests are under way. */
  readonly together?: number;
};

/** Somebody's webhook on loopback. */
export async function startReceiver({ answer = () => 204, together = 1 }: ReceiverParts = {}): Promise<Receiver> {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body };
    posted.push(one);
    while (posted.length < together) await sleep(5);
    give(response, answer(one));
  });
  const { url, stop } = await listenOnLoopback(server);

  return { url: `${url}/hook`, posted, stop };
}

function give(response: ServerResponse, answer: Answer): void {
  if (answer === 'silence') return;
  if (answer === 'reset') {
    response.destroy();
    return;
  }
  const given = typeof answer === 'number' ? { status: answer } : answer;
  const { status, headers = {}, body = status === 204 ? undefined : `answer ${status}` } = given;
  response.writeHead(status, headers).end(body);
}
