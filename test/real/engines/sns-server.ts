import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnLoopback } from '#test/doubles/listen-on-loopback.ts';

export type Published = { topic: string; message: string; subject: string; truncated: boolean };

export type SnsServer = {
  url: string;
  /** Resolves with the first message published to the topic; rejects after 30 s. */
  waitFor(topic: string): Promise<Published>;
  stop(): Promise<void>;
};

/** SNS on loopback as Alertmanager's receiver knows it: the Query protocol's Publish, answered in XML. */
export async function startSnsServer(): Promise<SnsServer> {
  const published: Published[] = [];
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    if (form.get('Action') !== 'Publish') {
      response.writeHead(400).end();
      return;
    }
    published.push({
      topic: form.get('TopicArn') ?? '',
      message: form.get('Message') ?? '',
      subject: form.get('Subject') ?? '',
      truncated: form.getAll('MessageAttributes.entry.1.Name').includes('truncated'),
    });
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(
      `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>${randomUUID()}` +
        `</MessageId></PublishResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>` +
        '</PublishResponse>',
    );
  });
  const { url, stop } = await listenOnLoopback(server);

  async function waitFor(topic: string): Promise<Published> {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      const found = published.find((one) => one.topic === topic);
      if (found) return found;
      await sleep(20);
    }
    throw new Error(`Nothing was published to ${topic} within 30 s; ${published.length} other messages came.`);
  }

  return { url, waitFor, stop };
}
