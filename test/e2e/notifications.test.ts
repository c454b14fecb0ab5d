import { afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { rolledBack } from './incidents.ts';
import { listenToTopic, type TopicListener } from './listen-to-topic.ts';
import { stackOf } from './stack.ts';
import { CHANNEL, SECOND_CHANNEL } from './world-settings.ts';

const WITHIN = { timeout: 150_000, interval: 200 };
const stack = stackOf(inject('world'));
let mail: TopicListener;
beforeAll(async () => {
  mail = await listenToTopic(stack, stack.world.mailTopicArn, 'notifications');
});
afterEach(() => stack.channel(SECOND_CHANNEL, 200));

/** What each channel answered to what it was told of a namespace, in turn. */
async function answersOf(namespace: string) {
  const [first, second] = await Promise.all([
    stack.notifications(namespace, CHANNEL),
    stack.notifications(namespace, SECOND_CHANNEL),
  ]);
  return { first: first.map(({ answered }) => answered), second: second.map(({ answered }) => answered) };
}

describe('the people on call, by the deployed stack', () => {
  test('are told of a rollback once by each of their channels, the mail with a link to its page', async () => {
    const namespace = await rolledBack(stack);

    await vi.waitFor(async () => {
      expect(await answersOf(namespace)).toEqual({ first: [200], second: [200] });
      expect(await mail.about(namespace)).toHaveLength(1);
    }, WITHIN);

    const [record] = await stack.records(namespace);
    const [sent] = await mail.about(namespace);
    expect(sent?.Subject).toContain('payment-svc');
    expect(sent?.Message).toContain(`${stack.world.outputs['ReportUrl']}rollbacks/${record?.id}`);
  });

  test('are told by the other channels at once while one fails, and by that one when it is well again', async () => {
    await stack.channel(SECOND_CHANNEL, 503);
    const namespace = await rolledBack(stack);

    await vi.waitFor(async () => {
      const { first, second } = await answersOf(namespace);
      expect(first).toEqual([200]);
      expect(second.length).toBeGreaterThanOrEqual(2);
    }, WITHIN);
    const whileItFails = await answersOf(namespace);
    const [noted] = await stack.records(namespace);
    await stack.channel(SECOND_CHANNEL, 200);
    await vi.waitFor(async () => expect((await answersOf(namespace)).second).toContain(200), WITHIN);

    const { first, second } = await answersOf(namespace);
    expect(new Set(whileItFails.second)).toEqual(new Set([503]));
    expect(first).toEqual([200]);
    expect(second.filter((answered) => answered === 200)).toHaveLength(1);
    expect(await mail.about(namespace)).toHaveLength(1);
    const [record] = await stack.records(namespace);
    expect(noted?.timeline['notifiedAt']).toEqual(expect.any(Number));
    expect(record?.timeline['notifiedAt']).toBe(noted?.timeline['notifiedAt']);
  });
});
