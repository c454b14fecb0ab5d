import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { sampleEvent } from '#cli/notify/sample-event.ts';
import { deliveryBody } from '#shared/contracts/delivery.ts';
import { aWebhook } from '#test/builders/alert.ts';
import { kube } from '#test/real/engines/kube-objects.ts';
import { virtualService } from '#test/real/incident-world.ts';
import { ageJournal } from '../age-journal.ts';
import { alertAbout, webhookAbout } from '../alerts.ts';
import { logsOf } from '../function-logs.ts';
import { rollBackByHand, rolledBack, startIncident, tryGuard } from '../incidents.ts';
import type { BusListener } from '../listen-to-bus.ts';
import type { TopicListener } from '../listen-to-topic.ts';
import type { Stack } from '../stack.ts';
import { type FunctionVerb, functionName } from '../world.ts';
import { CHANNEL, CLUSTERS } from '../world-settings.ts';

export type Place = { readonly stack: Stack; readonly bus: BusListener; readonly mail: TopicListener };

/** Begins something that needs a right; what is returned says whether it has come to pass by now. */
export type Effect = (place: Place) => Promise<() => Promise<boolean>>;

/** In the one or the other cluster an incident is posted; then there is a record that it is at zero. */
export function rollsBack(which: keyof typeof CLUSTERS): Effect {
  return async ({ stack }) => {
    const namespace = await startIncident(stack, which);
    const { status } = await stack.post(webhookAbout({ namespace, cluster: CLUSTERS[which] }));
    return async () => status === 200 && (await isRecorded(stack, namespace));
  };
}

/** The function began with the settings as they are stored, not with those of its package. */
export function readsSettings(verb: FunctionVerb, call: (stack: Stack) => Promise<unknown>): Effect {
  return async ({ stack }) => {
    const since = Date.now();
    await call(stack);
    return async () => {
      const logs = await logsOf(stack.world.env, functionName(verb), since);
      return logs.includes('END RequestId') && !logs.includes('SettingsStale');
    };
  };
}

/** True once it holds; false where it does not within half a minute. */
export async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (await holds()) return true;
    await sleep(200);
  }
  return false;
}

/** The report's page is there. */
export async function showsReport({ stack }: Place): Promise<() => Promise<boolean>> {
  const { ok } = await openReport(stack);
  return async () => ok;
}

/** The API says that there is no such rollback, which it knows from the table. */
export async function looksForARollback({ stack: { urlOf, world } }: Place): Promise<() => Promise<boolean>> {
  const headers = { authorization: `Bearer ${world.readToken}` };
  const { status } = await fetch(new URL('v1/rollbacks/none', urlOf('ReportUrl')), { headers });
  return async () => status === 404;
}

export async function openReport({ urlOf, world }: Stack): Promise<Response> {
  return fetch(urlOf('ReportUrl'), { headers: { authorization: `Bearer ${world.readToken}` } });
}

/** An event of a rollback is heard on the bus. */
export async function isOnTheBus({ stack, bus }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  return async () => (await bus.about(namespace)).length > 0;
}

/** An event of a rollback is marked as sent. */
export async function isMarkedSent({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  return async () => {
    const events = (await stack.items('EVENT#')).filter((item) => JSON.stringify(item).includes(namespace));
    return events.length > 0 && events.every((item) => !('unsent' in item));
  };
}

/** An event that cannot be read is in the dead letters of publish. */
export async function poisonIsKept({ stack }: Place): Promise<() => Promise<boolean>> {
  const id = `poison-${Date.now()}`;
  await put(stack, { pk: `EVENT#${id}`, sk: 'EVENT', type: 'no event' });
  return async () => {
    const QueueUrl = stack.world.outputs['PublishDeadLettersUrl'];
    const { Messages = [] } = await stack.aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.some(({ Body = '' }) => Body.includes(id));
  };
}

/** The record of a rollback that the table has lost is made by guard. */
export function isMadeFromJournal(which: keyof typeof CLUSTERS): Effect {
  return async ({ stack }) => {
    const namespace = await rolledBack(stack, which);
    await stack.forget(namespace);
    await ageJournal(kube(stack.world[which]), virtualService(namespace));
    await tryGuard(stack);
    return () => isRecorded(stack, namespace);
  };
}

/** The end of an alert is in its record. */
export async function closesTheBooks({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await startIncident(stack, 'first');
  const alert = alertAbout({ namespace });
  await stack.post(aWebhook([alert]));
  await stack.post(aWebhook([{ ...alert, status: 'resolved', endsAt: new Date().toISOString() }]));
  return async () => (await stack.records(namespace)).some(({ timeline }) => timeline['alertResolvedAt'] !== undefined);
}

/** What is pending for longer than its SLA target allows is a failure that people are told of. */
export async function failsWhatIsLate({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await startIncident(stack, 'second');
  const startsAt = new Date(Date.now() - 120_000).toISOString();
  await stack.relay('refuse');
  try {
    await stack.post(aWebhook([{ ...alertAbout({ namespace, cluster: CLUSTERS.second }), startsAt }]));
    await tryGuard(stack);
  } finally {
    await stack.relay('open');
  }
  return async () => {
    const records = (await stack.items('ROLLBACK#')).filter((item) => JSON.stringify(item).includes(namespace));
    return records.some((record) => record['outcome'] === 'failed');
  };
}

/** What was pending because its cluster was away is finished when that is there again, and what was pending is gone. */
export function finishesPending(by: 'webhook' | 'request' | 'guard'): Effect {
  return async ({ stack }) => {
    const namespace = await startIncident(stack, 'second');
    const webhook = webhookAbout({ namespace, cluster: CLUSTERS.second });
    const key = randomUUID();
    const ask = () => (by === 'request' ? rollBackByHand(stack, namespace, 'second', key) : stack.post(webhook));
    await stack.relay('refuse');
    const { status } = await ask().finally(() => stack.relay('open'));
    if (status !== 503) throw new Error(`What is about a cluster that is away was answered ${status}`);
    await (by === 'guard' ? tryGuard(stack) : ask());
    return async () => {
      const records = (await stack.items('ROLLBACK#')).filter((item) => JSON.stringify(item).includes(namespace));
      return records.length === 1 && records[0]?.['outcome'] === 'rolled-back';
    };
  };
}

/** An event that has waited for two minutes is sent by guard: it is heard on the bus a second time, and marked. */
export function isSentAgain(seen: 'bus' | 'mark'): Effect {
  return async ({ stack, bus }) => {
    const namespace = await rolledBack(stack);
    const events = async () => (await stack.items('EVENT#')).filter((item) => JSON.stringify(item).includes(namespace));
    const isSent = async () => (await events()).every((item) => !('unsent' in item));
    await eventually(async () => (await bus.about(namespace)).length > 0 && (await isSent()));
    // The stream passes on what is new, not what is changed: publish does not see it.
    for (const item of await events()) await put(stack, { ...item, createdAt: Date.now() - 120_000, unsent: 'UNSENT' });
    await tryGuard(stack);
    return async () => (seen === 'bus' ? (await bus.about(namespace)).length > 1 : isSent());
  };
}

/** A channel is told of a rollback. */
export function isTold(channel: string = CHANNEL): Effect {
  return async ({ stack }) => {
    const namespace = await rolledBack(stack);
    return async () => (await stack.notifications(namespace, channel)).length > 0;
  };
}

/** A rollback is told over the topic. */
export async function isMailed({ stack, mail }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  return async () => (await mail.about(namespace)).length > 0;
}

/** The record says when people were told. */
export async function isNoted({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  return async () => (await stack.records(namespace)).some(({ timeline }) => timeline['notifiedAt'] !== undefined);
}

/** What is no event gets to the dead letters of notify. */
export async function noEventIsKept({ stack }: Place): Promise<() => Promise<boolean>> {
  const id = `no-event-${Date.now()}`;
  await send(stack, id);
  return async () => {
    const QueueUrl = stack.world.outputs['NotifyDeadLettersUrl'];
    const { Messages = [] } = await stack.aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.some(({ Body = '' }) => Body.includes(id));
  };
}

/** What another had in hand, who is gone, is told after him: soon, as the message is put off by seconds only. */
export async function isTakenOver({ stack }: Place): Promise<() => Promise<boolean>> {
  const id = `taken-over-${Date.now()}`;
  const key = { pk: `NOTIFIED#${id}`, sk: `CHANNEL#${CHANNEL}` };
  await put(stack, { ...key, stage: 'sending', until: Date.now() + 10_000 });
  await send(stack, deliveryBody({ ...sampleEvent('RollbackCompleted', Date.now()), id }, CHANNEL));
  return async () => (await stack.notifications(id)).length > 0;
}

async function send({ aws, world }: Stack, MessageBody: string): Promise<void> {
  await aws.sqs.send(new SendMessageCommand({ QueueUrl: world.outputs['NotifyQueueUrl'], MessageBody }));
}

export async function isRecorded(stack: Stack, namespace: string): Promise<boolean> {
  return (await stack.records(namespace)).some(({ outcome }) => outcome === 'rolled-back');
}

export async function put({ aws, world }: Stack, Item: Record<string, unknown>): Promise<void> {
  await aws.dynamodb.send(new PutCommand({ TableName: world.outputs['TableName'], Item }));
}
