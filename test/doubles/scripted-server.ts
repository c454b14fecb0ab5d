import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from './listen-on-loopback.ts';

/** One answer: a status with a JSON body, `reset` for a connection that breaks, `silence` for one that never answers. */
export type Answer = { readonly status: number; readonly body: unknown } | 'reset' | 'silence';
export type Asked = { readonly target: string; readonly body: Record<string, unknown> };

export type ScriptedServer = {
  readonly endpoint: string;
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
};

/** An AWS JSON endpoint on loopback that gives these answers in turn, and the last one from then on. */
export async function startScriptedServer(answers: readonly [Answer, ...Answer[]]): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    asked.push({
      target: String(request.headers['x-amz-target']),
      body: JSON.parse(body),
    });
    give(response, answers[Math.min(asked.length, answers.length) - 1] ?? answers[0]);
  });
  const { url, stop } = await listenOnLoopback(server);

  return { endpoint: url, asked, stop };
}

function give(response: ServerResponse, answer: Answer): void {
  if (answer === 'silence') return;
  if (answer === 'reset') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(answer.body));
}
