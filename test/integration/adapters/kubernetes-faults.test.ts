import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { apiClient } from '#shared/adapters/kubernetes/api-client.ts';
import { kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import { tokensInTurn } from '#test/port-suites/open-cluster.ts';

const ref = { namespace: 'production', name: 'payment-svc' };
const PATH = '/apis/networking.istio.io/v1/namespaces/production/virtualservices/payment-svc';
const never = new AbortController().signal;

describe('a cluster whose API server does not answer as one', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  function clusterAt(url: string, namespaces?: readonly string[]) {
    const endpoint = { url, credentials: tokensInTurn('token') };
    const cluster = kubernetesCluster({ name: 'test', endpoint, namespaces });
    closing.push(() => cluster.client.close());
    return cluster;
  }

  async function listen(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => stop(server));
    return `http://127.0.0.1:${portOf(server)}`;
  }

  const ask = async (listener: RequestListener, signal = never) =>
    clusterAt(await listen(listener)).virtualServices.get(ref, signal);

  it('is unreachable where nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;

    const answer = clusterAt(url).virtualServices.get(ref, never);

    await expect(answer).rejects.toMatchObject({
      name: 'ClusterFault',
      kind: 'unreachable',
      retryable: true,
      message: expect.stringMatching(`^The API server did not answer GET ${PATH}: .*ECONNREFUSED`),
    });
  });

  it.each<[string, RequestListener]>([
    ['breaks before an answer', (_request, response) => response.destroy()],
    [
      'breaks within an answer',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"metadata":', () => response.destroy());
      },
    ],
  ])('is unreachable where the connection %s', async (_what, listener) => {
    await expect(ask(listener)).rejects.toMatchObject({ kind: 'unreachable', retryable: true });
  });

  it('is unreachable where no answer comes until the caller has no time left', async () => {
    const left = new AbortController();

    const answer = ask(() => left.abort(), left.signal);

    await expect(answer).rejects.toMatchObject({ kind: 'unreachable', retryable: true });
  });

  it('is unreachable where no answer comes within the time of one call', async () => {
    const { surroundings } = clusterAt(await listen(() => undefined));

    const answer = surroundings?.rollouts(never);

    await expect(answer).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('no answer in time'),
    });
  });

  it('does not follow a redirect', async () => {
    const asked: (string | undefined)[] = [];

    const answer = ask((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });

    await expect(answer).rejects.toMatchObject({ kind: 'error', message: expect.stringContaining('redirect (302)') });
    expect(asked).toEqual([PATH]);
  });

  it.each([
    ['a page', '<html>proxy</html>'],
    ['nothing', ''],
    ['an object that is no VirtualService', '{"metadata":{"name":1}}'],
  ])('is at fault where it answers 200 with %s', async (_what, body) => {
    await expect(ask((_request, response) => response.end(body))).rejects.toMatchObject({
      name: 'ClusterFault',
      kind: 'error',
      retryable: true,
    });
  });

  it('is at fault where it answers a list with what is none, and has nothing where its list is null', async () => {
    const answers = ['{}', '{"items":7}', '{"items":null}'];
    const url = await listen((_request, response) => response.end(answers.shift()));
    const { list } = clusterAt(url).virtualServices;
    const fault = { name: 'ClusterFault', kind: 'error', retryable: true };

    await expect(list('managed', never)).rejects.toMatchObject(fault);
    await expect(list('managed', never)).rejects.toMatchObject(fault);
    expect(await list('managed', never)).toEqual({ objects: [], forbidden: [] });
  });

  it('is at fault for all namespaces where it does not list one of them: they have one API server', async () => {
    const url = await listen(({ url: path }, response) => {
      const isDown = path?.includes('/namespaces/shop/');
      response.writeHead(isDown ? 500 : 200).end('{"items":[]}');
    });
    const cluster = clusterAt(url, ['production', 'shop']);

    await expect(cluster.virtualServices.list('managed', never)).rejects.toMatchObject({ kind: 'error' });
    await expect(cluster.surroundings?.rollouts(never)).rejects.toMatchObject({ kind: 'error' });
  });

  it('leaves out of a list what it cannot read, and keeps the others', async () => {
    const items = [
      { metadata: { name: 'bad', namespace: 1 } },
      { metadata: { name: 'good', namespace: 'production' } },
    ];
    const url = await listen((_request, response) => response.end(JSON.stringify({ items })));

    const { objects } = await clusterAt(url).virtualServices.list('managed', never);

    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['good']);
  });

  it.each([
    ['3', 3000, 3000],
    [new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_000],
    [new Date(Date.now() - 60_000).toUTCString(), 0, 0],
  ])('says how long to wait where a 503 carries Retry-After: %s', async (header, atLeast, atMost) => {
    const fault = await ask((_request, response) => {
      response.writeHead(503, { 'retry-after': header }).end('{}');
    }).catch((error: unknown) => error);

    expect(fault).toMatchObject({ kind: 'error', retryable: true });
    const { retryAfterMs } = Object(fault);
    expect(retryAfterMs).toBeGreaterThanOrEqual(atLeast);
    expect(retryAfterMs).toBeLessThanOrEqual(atMost);
  });

  it('does not take a refusal that names its causes for a patch that does not fit', async () => {
    const message = 'the server rejected our request due to an error in our request';
    const details = { name: 'payment-svc', causes: [{ message: 'frozen' }] };
    const url = await listen((_request, response) => {
      response.writeHead(422).end(JSON.stringify({ kind: 'Status', message, details }));
    });

    const answer = await clusterAt(url).virtualServices.patch(ref, [], never);

    expect(answer).toEqual({ kind: 'rejected', message });
  });

  it('takes one connection for one call after the other', async () => {
    const ports = new Set<number | undefined>();
    const url = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{"items":[]}');
    });
    const { virtualServices } = clusterAt(url);

    await virtualServices.list('managed', never);
    // The connection goes back to the agent once the answer has been read to its end.
    await sleep(0);
    await virtualServices.list('all', never);

    expect(ports.size).toBe(1);
  });

  it('keeps the path that the endpoint begins with', async () => {
    const asked: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      asked.push(request.url);
      response.end('{}');
    });
    const client = apiClient({ url: `${url}/clusters/a/`, credentials: tokensInTurn('token') });
    closing.push(() => client.close());

    await client.warm();

    expect(asked).toEqual(['/clusters/a/version']);
  });

  it('is left by a retired client once its requests have their answers; a later one is still answered', async () => {
    const held: (() => void)[] = [];
    const open = new Set<Socket>();
    const server = createServer((_request, response) => held.push(() => response.end('{}'))).listen(0, '127.0.0.1');
    server.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    await once(server, 'listening');
    closing.push(() => stop(server));
    const client = apiClient({ url: `http://127.0.0.1:${portOf(server)}`, credentials: tokensInTurn('token') });
    closing.push(() => client.close());
    async function answerNext() {
      await vi.waitFor(() => expect(held).toHaveLength(1), 5000);
      held.shift()?.();
    }

    const under = client.warm();
    await vi.waitFor(() => expect(held).toHaveLength(1), 5000);
    client.retire();
    const whileUnderWay = open.size;
    await answerNext();
    await under;
    await vi.waitFor(() => expect(open.size).toBe(0), 5000);
    const later = client.warm();
    await answerNext();
    await later;

    expect(whileUnderWay).toBe(1);
    await vi.waitFor(() => expect(open.size).toBe(0), 5000);
  });
});

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

function stop(server: Server): void {
  server.close();
  server.closeAllConnections();
}
