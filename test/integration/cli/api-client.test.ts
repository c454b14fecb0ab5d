import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { apiClient } from '#cli/api/api-client.ts';
import { ApiProblem } from '#cli/api/api-problem.ts';
import { CliError } from '#cli/cli-error.ts';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Seen = { method?: string | undefined; url?: string | undefined; headers: http.IncomingHttpHeaders; body: string };

/** A server that answers everything so, and what it was asked. */
async function serve(answer: (response: http.ServerResponse) => void) {
  const seen: Seen[] = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    answer(response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/prod/`), seen };
}

function json(status: number, body: unknown) {
  return (response: http.ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
}

async function failure(work: Promise<unknown>): Promise<CliError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw new Error(`not a CliError: ${String(error)}`);
  return error;
}

describe('the client of the command', () => {
  test('asks below the path of the address, with the token and what is given of the query', async () => {
    const { url, seen } = await serve(json(200, { rollbacks: [] }));

    const answer = await apiClient({ url, token: 'secret' }).get('/v1/rollbacks', {
      query: { cluster: 'a&b', namespace: undefined },
    });

    expect(answer).toEqual({ rollbacks: [] });
    expect(seen).toMatchObject([
      {
        method: 'GET',
        url: '/prod/v1/rollbacks?cluster=a%26b',
        headers: { authorization: 'Bearer secret', accept: 'application/json' },
      },
    ]);
  });

  test('sends JSON, and headers of a request', async () => {
    const { url, seen } = await serve(json(200, {}));

    await apiClient({ url, token: 't' }).post('/v1/rollbacks', { a: 1 }, { headers: { 'idempotency-key': 'k' } });

    expect(seen[0]).toMatchObject({
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
    });
  });

  test('gives text as it is', async () => {
    const { url, seen } = await serve((response) => response.end('a,b\n1,2\n'));

    const text = await apiClient({ url, token: 't' }).getText('/v1/report', { accept: 'text/csv' });

    expect(text).toBe('a,b\n1,2\n');
    expect(seen[0]?.headers.accept).toBe('text/csv');
  });

  test.each([
    [404, { error: 'There is no rollback of that id' }, /GET .*\/x: 404: There is no rollback of that id\.$/, 1],
    [401, { error: 'Send a valid token' }, /401: Send a valid token\. Set WEIGHTLESS_TOKEN/, 1],
    [403, { message: 'Forbidden' }, /403: Forbidden\.$/, 1],
    [
      503,
      { error: 'The store does not answer.' },
      /503: The store does not answer\. The same once more may do it\.$/,
      2,
    ],
    [429, {}, /429: The gateway lets no more requests through now\.$/, 2],
    [301, {}, /301: The answer is not one of Weightless\.$/, 1],
  ])('says what an answer of %i said, and what to do', async (status, body, words, exitCode) => {
    const { url } = await serve(json(status, body));

    const error = await failure(apiClient({ url, token: 'secret' }).get('/x'));

    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({ status, body, exitCode });
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('secret');
  });

  test('sends the token nowhere else: a redirect is not followed', async () => {
    const other = await serve(json(200, {}));
    const { url } = await serve((response) => response.writeHead(302, { location: other.url.href }).end());

    const error = await failure(apiClient({ url, token: 't' }).get('/x'));

    expect(error.message).toContain('302');
    expect(other.seen).toEqual([]);
  });

  test('says so where an answer is no JSON', async () => {
    const { url } = await serve((response) => response.end('<html>'));

    expect((await failure(apiClient({ url, token: 't' }).get('/x'))).message).toMatch(/no JSON.*address of Weightless/);
  });

  test('gives up after its time', async () => {
    const { url } = await serve(() => undefined);

    const error = await failure(apiClient({ url, token: 't', timeoutMs: 100 }).get('/x'));

    expect(error).toMatchObject({ exitCode: 2 });
    expect(error.message).toMatch(/no answer in 0.1 s.*runbook/);
  });

  test.each([
    ['nobody listens', 'http://127.0.0.1:1', /bad port|ECONNREFUSED|refused/],
    ['the connection breaks', undefined, /GET .*(socket|closed|reset|terminated)/i],
  ])('says why there is no answer where %s', async (_, address, words) => {
    const broken = await serve((response) => response.destroy());

    const error = await failure(apiClient({ url: address ? new URL(address) : broken.url, token: 't' }).get('/x'));

    expect(error).toMatchObject({ exitCode: 2 });
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/^[^\n]+$/);
  });
});
