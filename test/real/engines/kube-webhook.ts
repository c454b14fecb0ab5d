import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

const AdmissionReview = z.object({ request: z.looseObject({ uid: z.string() }) });

/** What a webhook says: the `response` of an AdmissionReview, without its uid. */
export type WebhookAnswer = { readonly allowed: boolean; readonly [key: string]: unknown };

export type KubeWebhook = {
  /** How a webhook configuration names this server. */
  readonly clientConfig: { readonly url: string; readonly caBundle: string };
  /** How often the API server has asked. */
  asked(): number;
  close(): Promise<void>;
};

/** An admission webhook on loopback. It shows the API server's own certificate, which is made out for 127.0.0.1. */
export async function startKubeWebhook(
  server: { readonly dir: string; readonly ca: string },
  answer: () => WebhookAnswer | Promise<WebhookAnswer>,
): Promise<KubeWebhook> {
  const file = (name: string) => readFile(join(server.dir, name));
  let count = 0;
  const webhook = createServer(
    { key: await file('apiserver.key'), cert: await file('apiserver.crt') },
    async (request, response) => {
      const { uid } = AdmissionReview.parse(JSON.parse(await text(request))).request;
      count += 1;
      const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ...review, response: { ...(await answer()), uid } }));
    },
  ).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  const address = webhook.address();
  if (address === null || typeof address === 'string') throw new Error('the webhook got no port');

  return {
    clientConfig: { url: `https://127.0.0.1:${address.port}/`, caBundle: Buffer.from(server.ca).toString('base64') },
    asked: () => count,
    async close() {
      if (!webhook.listening) return;
      webhook.close();
      webhook.closeAllConnections();
      await once(webhook, 'close');
    },
  };
}
