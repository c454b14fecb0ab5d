import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Delivery = { path: string; headers: IncomingHttpHeaders; body: string };

export type WebhookReceiver = {
  url: string;
  deliveries: Delivery[];
  /** Resolves with the first delivery that fits, past ones included; rejects after the time given (30 s). */
  waitFor(fits: (delivery: Delivery) => boolean, withinMs?: number): Promise<Delivery>;
  stop(): Promise<void>;
};

/** An HTTP server on loopback that keeps what is posted to it and answers 200, as a receiver of alerts would. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    deliveries.push({
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    response.end('{"results":[]}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the webhook receiver has no port');

  async function waitFor(fits: (delivery: Delivery) => boolean, withinMs = 30_000): Promise<Delivery> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      const found = deliveries.find(fits);
      if (found) return found;
      await sleep(20);
    }
    throw new Error(`No fitting delivery within ${withinMs / 1000} s; ${deliveries.length} others came.`);
  }

  async function stop() {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  return { url: `http://127.0.0.1:${address.port}`, deliveries, waitFor, stop };
}
