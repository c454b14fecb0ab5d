import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

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
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({
      target: String(request.headers['x-amz-target']),
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    give(response, answers[Math.min(asked.length, answers.length) - 1] ?? answers[0]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted server has no port');

  async function stop() {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  return { endpoint: `http://127.0.0.1:${address.port}`, asked, stop };
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
