import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnLoopback } from '#test/doubles/listen-on-loopback.ts';

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
    const body = await text(request);
    deliveries.push({
      path: request.url ?? '',
      headers: request.headers,
      body,
    });
    response.end('{"results":[]}');
  });
  const { url, stop } = await listenOnLoopback(server);

  async function waitFor(fits: (delivery: Delivery) => boolean, withinMs = 30_000): Promise<Delivery> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      const found = deliveries.find(fits);
      if (found) return found;
      await sleep(20);
    }
    throw new Error(`No fitting delivery within ${withinMs / 1000} s; ${deliveries.length} others came.`);
  }

  return { url, deliveries, waitFor, stop };
}
