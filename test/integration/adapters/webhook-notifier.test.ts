import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { webhookNotifier } from '#shared/adapters/webhook/webhook-notifier.ts';
import { toCloudEvent } from '#shared/contracts/cloud-event.ts';
import { NotifierFault } from '#shared/ports/notifier.ts';
import { someNews } from '#test/builders/news.ts';
import { type Answer, type Receiver, startReceiver } from '#test/doubles/receiver.ts';

const never = new AbortController().signal;
const clock = { now: () => Date.UTC(2026, 10, 21, 10, 0, 0, 999) };

const news = someNews({ type: 'RollbackRefused' });

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop();
});
async function receiving(answer?: Answer): Promise<Receiver> {
  const receiver = await startReceiver(answer === undefined ? {} : { answer: () => answer });
  receivers.push(receiver);
  return receiver;
}
function notifier(url: string, more: { signingKey?: string; timeoutMs?: number } = {}) {
  return webhookNotifier({ url, stage: 'prod', clock, ...more });
}

/** How it failed; a test that sees no failure fails. */
async function faultOf(telling: Promise<unknown>): Promise<Pick<NotifierFault, 'message' | 'retryable'>> {
  const fault = await telling.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(fault instanceof NotifierFault)) throw new Error(`It ended with ${String(fault)}`);
  return { message: fault.message, retryable: fault.retryable };
}

describe('a webhook', () => {
  it('gets the event as a CloudEvent in JSON, in structured mode', async () => {
    const { url, posted } = await receiving();

    await notifier(url).notify(news, never);

    expect(posted).toMatchObject([
      {
        method: 'POST',
        path: '/hook',
        headers: { 'content-type': 'application/cloudevents+json', 'weightless-timestamp': '1795255200' },
      },
    ]);
    expect(JSON.parse(posted[0]?.body ?? '')).toEqual(toCloudEvent(news.event, 'prod'));
    expect(posted[0]?.headers).not.toHaveProperty('weightless-signature');
  });

  it('can check by the key that the body and its time are ours', async () => {
    const { url, posted } = await receiving();

    await notifier(url, { signingKey: 'the-key' }).notify(news, never);

    const signed = `${posted[0]?.headers['weightless-timestamp']}.${posted[0]?.body}`;
    const expected = createHmac('sha256', 'the-key').update(signed).digest('hex');
    expect(posted[0]?.headers['weightless-signature']).toBe(`v1=${expected}`);
  });

  it.each([200, 201, 202, 204])('has taken the event where it answers %s', async (status) => {
    const { url, posted } = await receiving(status);

    await notifier(url).notify(news, never);

    expect(posted).toHaveLength(1);
  });

  it.each([
    [429, true],
    [408, true],
    [500, true],
    [503, true],
    [400, false],
    [401, false],
    [404, false],
    [410, false],
  ])('has not taken it where it answers %s, and may later: %s', async (status, retryable) => {
    const { url, posted } = await receiving(status);

    const fault = await faultOf(notifier(url).notify(news, never));

    expect(fault).toEqual({ message: `The webhook answered ${status}`, retryable });
    expect(posted).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])('that redirects (%s) is not followed', async (status) => {
    const elsewhere = await receiving();
    const { url } = await receiving({ status, headers: { location: elsewhere.url } });

    const fault = await faultOf(notifier(url).notify(news, never));

    expect(fault).toMatchObject({ retryable: false, message: expect.stringContaining('not followed') });
    expect(elsewhere.posted).toEqual([]);
  });

  it('that breaks the connection may take it later', async () => {
    const { url } = await receiving('reset');

    expect(await faultOf(notifier(url).notify(news, never))).toMatchObject({ retryable: true });
  });

  it('that nothing listens at may take it later', async () => {
    const { url, stop } = await startReceiver();
    await stop();

    const fault = await faultOf(notifier(url).notify(news, never));

    expect(fault).toMatchObject({ retryable: true, message: expect.stringContaining('ECONNREFUSED') });
  });

  it('that accepts and never answers is given up, and may take it later', async () => {
    const { url } = await receiving('silence');

    const fault = await faultOf(notifier(url, { timeoutMs: 50 }).notify(news, never));

    expect(fault).toMatchObject({ retryable: true, message: expect.stringContaining('timeout') });
  });

  it.each([200, 500])('that stops in the middle of its words has still answered %i', async (status) => {
    const { url, posted } = await receiving({ status, headers: { 'content-length': '100' }, body: 'not all of it' });

    const telling = notifier(url, { timeoutMs: 500 }).notify(news, never);

    const answered = await telling.then(
      ({ answered: words }) => words,
      (fault: Error) => fault.message,
    );
    expect(answered).toBe(`The webhook answered ${status}`);
    expect(posted).toHaveLength(1);
  });

  it('is waited for no longer than the function may', async () => {
    const { url } = await receiving('silence');

    const fault = await faultOf(notifier(url).notify(news, AbortSignal.timeout(50)));

    expect(fault.retryable).toBe(true);
  });

  it('that speaks no HTTP may take it later', async () => {
    const server = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;

    const fault = await faultOf(notifier(`http://127.0.0.1:${port}/`).notify(news, never));
    server.close();

    expect(fault.retryable).toBe(true);
  });

  it.each([
    ['http://hooks.example.com/secret-path'],
    ['ftp://hooks.example.com/secret-path'],
    ['hooks.example.com/secret-path'],
    ['https://user:secret-path@hooks.example.com/'],
    [''],
  ])('of the URL %j is none, and the URL is not told', (url) => {
    const fault = () => notifier(url);

    expect(fault).toThrow(NotifierFault);
    expect(fault).toThrow(expect.objectContaining({ retryable: false }));
    expect(fault).not.toThrow(/secret-path/);
  });

  it('of a URL that was stored with a line break at its end gets the event', async () => {
    const { url, posted } = await receiving();

    await notifier(`${url}\n`).notify(news, never);

    expect(posted).toHaveLength(1);
  });
});
