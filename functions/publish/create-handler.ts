import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { EventBus, Outbox, Refused } from '#shared/ports/event-bus.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import { readRecords } from './read-records.ts';

export type PublishDeps = { readonly bus: EventBus; readonly outbox: Outbox; readonly log: Log };

export type PublishHandler = (
  event: DynamoDBStreamEvent,
  context: unknown,
  options: { readonly signal: AbortSignal },
) => Promise<DynamoDBBatchResponse>;

/**
 * Puts the events that were written on the bus. What could not be sent is reported by its sequence number, so that the
 * stream delivers it again; that may send others twice, under the same id.
 */
export function createPublishHandler({ bus, outbox, log }: PublishDeps): PublishHandler {
  async function refusedOf(events: readonly OutboxEvent[], signal: AbortSignal): Promise<readonly Refused[]> {
    if (events.length === 0) return [];
    try {
      return await bus.publish(events, signal);
    } catch (error) {
      log.error('The event bus does not answer: the stream will deliver the events again', { error });
      return events.map((event) => ({ event, message: 'The event bus does not answer' }));
    }
  }

  /** An event that stays marked as unsent is sent once more, which its id makes harmless: not worth a failure. */
  async function markSent(events: readonly OutboxEvent[], signal: AbortSignal): Promise<void> {
    if (events.length === 0) return;
    try {
      await outbox.markSent(events, signal);
    } catch (error) {
      log.warn('Events were sent and stay marked as unsent: they may be sent again', { events: ids(events), error });
    }
  }

  return async function publish({ Records }, _context, { signal }) {
    const { events: read, unreadable } = readRecords(Records);
    const events = read.map(({ event }) => event);
    for (const one of unreadable) log.error('An outbox item cannot be read: its event is not sent', { ...one });
    const refused = await refusedOf(events, signal);
    for (const { event, message } of refused) {
      log.error('An event was not sent', { event: event.id, rollbackId: event.rollbackId, type: event.type, message });
    }
    const failed = new Set(refused.map(({ event }) => event.id));
    const sent = events.filter(({ id }) => !failed.has(id));
    await markSent(sent, signal);
    if (sent.length > 0) log.info('Events were sent', { events: ids(sent) });
    const notSent = read.flatMap(({ at, event }) => (failed.has(event.id) ? [at] : []));
    return { batchItemFailures: [...unreadable.map(({ at }) => at), ...notSent].map(asFailure) };
  };
}

function asFailure(itemIdentifier: string): { itemIdentifier: string } {
  return { itemIdentifier };
}

function ids(events: readonly OutboxEvent[]): string[] {
  return events.map(({ id }) => id);
}
