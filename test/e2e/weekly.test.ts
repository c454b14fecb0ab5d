import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { runGuard } from './incidents.ts';
import { listenToTopic, type TopicListener } from './listen-to-topic.ts';
import { stackOf } from './stack.ts';

const WITHIN = { timeout: 120_000, interval: 500 };
const DAY_MS = 24 * 60 * 60 * 1000;
const stack = stackOf(inject('world'));
const { aws, world } = stack;
let mail: TopicListener;
beforeAll(async () => {
  mail = await listenToTopic(stack, world.mailTopicArn, 'weekly');
});

/** As the table was a week ago: the report on the last week is due since. */
async function goBackAWeek(): Promise<{ from: string; last: string }> {
  const item = await vi.waitFor(async () => {
    await runGuard(stack);
    const [noted] = await stack.items('WEEK');
    expect(noted).toBeDefined();
    return noted;
  }, WITHIN);
  const to = String(item?.['to']);
  const [from = '', last = ''] = [7, 1].map((days) =>
    new Date(Date.parse(to) - days * DAY_MS).toISOString().slice(0, 10),
  );
  await aws.dynamodb.send(new PutCommand({ TableName: world.outputs['TableName'], Item: { ...item, to: from } }));
  return { from, last };
}

test('guard of the deployed stack tells people once how the week went, with a link to the page of it', async () => {
  const { from, last } = await goBackAWeek();

  await vi.waitFor(async () => {
    await runGuard(stack);
    expect(await stack.notifications('SlaReported')).not.toEqual([]);
    expect(await mail.about('Rollback SLA')).not.toEqual([]);
  }, WITHIN);

  const told = await stack.notifications('SlaReported');
  const [sent] = await mail.about('Rollback SLA');
  expect(told.map(({ body }) => JSON.parse(body))).toMatchObject([
    { type: 'dev.weightless.SlaReported.v1', data: { window: { from: `${from}T00:00:00.000Z` } } },
  ]);
  const page = `?window=${from}/${last}`;
  expect(sent?.Message).toContain(`${world.outputs['ReportUrl']}${page}`);
  expect(await stack.read(`/${page}`)).toMatchObject({ status: 200, text: expect.stringContaining('<h1') });
});
