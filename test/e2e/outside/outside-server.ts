import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from '#test/doubles/listen-on-loopback.ts';
import { RELAY_MODES, type Relay } from './relay.ts';

export type Delivery = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

export type OutsideServer = { readonly url: string; stop(): Promise<void> };

/**
 * What stands outside of the stack and is started before it, because its settings name it, while tests run in another
 * process: a receiver of notifications that tells what it got (`GET /deliveries`), and the switch of the network to the
 * second cluster (`PUT /relay/MODE`).
 */
export async function startOutsideServer(relay: Relay): Promise<OutsideServer> {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path = '/', headers } = request;
    const body = await text(request);
    if (method === 'POST') deliveries.push({ path, headers, body });
    const mode = RELAY_MODES.find((one) => path === `/relay/${one}`);
    if (method === 'PUT' && mode) relay.turn(mode);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(method === 'GET' ? deliveries : {}));
  });
  const { url, stop } = await listenOnLoopback(server);
  return {
    url,
    stop,
  };
}
