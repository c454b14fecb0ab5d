import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { eventbridgeBus } from '#shared/adapters/eventbridge/eventbridge-bus.ts';
import { eventbridgeClient } from '#shared/adapters/eventbridge/eventbridge-client.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';

const signal = new AbortController().signal;
const events = (count: number) => Array.from({ length: count }, (_, place) => anOutboxEvent({ id: `event-${place}` }));
const idOf = ({ Detail }: { Detail: string }): string => JSON.parse(Detail).metadata.id;

describe('eventbridgeBus', () => {
  let server: PutEventsServer;
  let bus: EventBus;
  beforeEach(async () => {
    server = await startPutEventsServer();
    bus = eventbridgeBus(eventbridgeClient({ ...LOCAL_AWS, endpoint: server.endpoint }), 'rollbacks');
  });
  afterEach(() => server.stop());

  it('sends an event with its source, detail-type, detail and time to the bus', async () => {
    const event = anOutboxEvent({ type: 'RollbackRefused', createdAt: Date.UTC(2026, 2, 4) });

    const refused = await bus.publish([event], signal);

    expect(refused).toEqual([]);
    expect(server.taken).toEqual([
      {
        EventBusName: 'rollbacks',
        Source: 'weightless',
        DetailType: 'RollbackRefused',
        Detail: expect.any(String),
        Time: Date.UTC(2026, 2, 4) / 1000,
      },
    ]);
    expect(JSON.parse(server.taken[0]?.Detail ?? '')).toEqual(event.detail);
  });

  it('sends many in calls of ten, in order', async () => {
    const refused = await bus.publish(events(23), signal);

    expect(refused).toEqual([]);
    expect(server.calls).toEqual([10, 10, 3]);
    expect(server.taken.map(idOf)).toEqual(events(23).map(({ id }) => id));
  });

  it('sends large ones in calls that stay under the limit', async () => {
    const large = events(5).map((event) => withDetail(event, 'ü'.repeat(200_000)));

    const refused = await bus.publish(large, signal);

    expect(refused).toEqual([]);
    expect(server.calls).toEqual([2, 2, 1]);
  });

  it('sends nothing of nothing', async () => {
    expect(await bus.publish([], signal)).toEqual([]);
    expect(server.calls).toEqual([]);
  });

  it('gives back the entries that the bus refuses, with its words, and only those', async () => {
    server.refuse((entry) => (['event-3', 'event-11'].includes(idOf(entry)) ? 'ThrottlingException' : undefined));

    const refused = await bus.publish(events(12), signal);

    expect(refused.map(({ event, message, final }) => [event.id, message, final])).toEqual([
      ['event-3', 'ThrottlingException: refused with ThrottlingException', false],
      ['event-11', 'ThrottlingException: refused with ThrottlingException', false],
    ]);
    expect(server.taken).toHaveLength(10);
  });

  it('gives back an event that no call can carry, and sends the others', async () => {
    const [one, two] = [
      anOutboxEvent({ id: 'fits' }),
      withDetail(anOutboxEvent({ id: 'large' }), 'x'.repeat(1024 * 1024)),
    ];

    const refused = await bus.publish([two, one], signal);

    expect(refused.map(({ event, final }) => [event.id, final])).toEqual([['large', true]]);
    expect(refused[0]?.message).toMatch(/^It has \d+ bytes: EventBridge takes less than 1048576 in one event$/);
    expect(server.taken.map(idOf)).toEqual(['fits']);
  });

  it.each(['MalformedDetail', 'InvalidArgument'])(
    'says that the bus never takes an entry it calls %s',
    async (code) => {
      server.refuse((entry) => (idOf(entry) === 'event-1' ? code : undefined));

      const refused = await bus.publish(events(3), signal);

      expect(refused.map(({ event, final }) => [event.id, final])).toEqual([['event-1', true]]);
      expect(server.taken.map(idOf)).toEqual(['event-0', 'event-2']);
    },
  );

  it('says of what it may yet be allowed to send that it is not final', async () => {
    server.refuse(() => 'NotAuthorizedForSourceException');

    const refused = await bus.publish(events(1), signal);

    expect(refused.map(({ final }) => final)).toEqual([false]);
  });

  it('sends each alone where one of them makes the bus refuse the whole call', async () => {
    server.choke((entry) => idOf(entry) === 'event-1');

    const refused = await bus.publish(events(3), signal);

    expect(refused.map(({ event, message, final }) => [event.id, message, final])).toEqual([
      ['event-1', 'ValidationException: choked', true],
    ]);
    expect(server.taken.map(idOf)).toEqual(['event-0', 'event-2']);
  });

  it('throws where the bus as a whole does not answer', async () => {
    server.breakAt(0);

    await expect(bus.publish(events(1), signal)).rejects.toThrow('the bus is down');
  });

  it('gives back what is not sent where the bus stops answering on the way', async () => {
    server.breakAt(1);

    const refused = await bus.publish(events(25), signal);

    expect(server.taken).toHaveLength(10);
    expect(refused.map(({ event }) => event.id)).toEqual(
      events(25)
        .slice(10)
        .map(({ id }) => id),
    );
    expect(refused[0]?.message).toMatch(/^not sent, as the bus stopped answering: .*the bus is down/);
  });

  it('throws without a call when the time is over', async () => {
    await expect(bus.publish(events(1), AbortSignal.abort())).rejects.toThrow();

    expect(server.calls).toEqual([]);
  });
});

function withDetail(event: ReturnType<typeof anOutboxEvent>, message: string) {
  return { ...event, detail: { ...event.detail, data: { ...event.detail.data, message } } };
}
