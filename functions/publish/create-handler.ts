import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { DeadLetter, DeadLetters } from '#shared/ports/dead-letters.ts';
import type { EventBus, Outbox, Refused } from '#shared/ports/event-bus.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import { type ReadRecords, readRecords, type SequenceNumber } from './read-records.ts';

export type PublishDeps = {
  readonly bus: EventBus;
  readonly outbox: Outbox;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
};

export type PublishHandler = (
  event: DynamoDBStreamEvent,
  options: { readonly signal: AbortSignal },
) => Promise<DynamoDBBatchResponse>;

type Buried = { readonly at: SequenceNumber; readonly letter: DeadLetter };

/**
 * Puts the events that were written on the bus. What could not be sent is reported by its sequence number, so that the
 * stream delivers it again; that may send others twice, under the same id. What can never be sent goes to the dead
 * letters: the stream would bring it again for a day, and nothing behind it in the shard.
 */
export function createPublishHandler({ bus, outbox, deadLetters, log }: PublishDeps): PublishHandler {
  async function refusedOf(events: readonly OutboxEvent[], signal: AbortSignal): Promise<readonly Refused[]> {
    if (events.length === 0) return [];
    try {
      return await bus.publish(events, signal);
    } catch (error) {
      log.error('The event bus does not answer: the stream will deliver the events again', { error });
      return events.map((event) => ({ event, message: 'The event bus does not answer', final: false }));
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

  /** Gives back what is still to come again: everything, where the dead letters are not to be had. */
  async function bury(buried: readonly Buried[], signal: AbortSignal): Promise<SequenceNumber[]> {
    if (buried.length === 0) return [];
    try {
      await deadLetters.put(
        buried.map(({ letter }) => letter),
        signal,
      );
      return [];
    } catch (error) {
      log.error('The dead letters do not answer: the stream will deliver the records again', { error });
      return buried.map(({ at }) => at);
    }
  }

  return async function publish({ Records }, { signal }) {
    const { events: read, unreadable } = readRecords(Records);
    const refused = new Map((await refusedOf(eventsOf(read), signal)).map((one) => [one.event.id, one]));
    for (const one of unreadable) log.error('An outbox item cannot be read: its event is not sent', { ...one });
    for (const { event, message } of refused.values()) {
      log.error('An event was not sent', {
        event: event.id,
        rollbackId: event.rollbackId,
        type: event.type,
        detail: message,
      });
    }
    const waiting = read.filter(({ event }) => refused.get(event.id)?.final === false);
    const rejected = read.filter(({ event }) => refused.get(event.id)?.final);
    const sent = eventsOf(read.filter(({ event }) => !refused.has(event.id)));
    const unburied = await bury(
      [...unreadable.map(unreadableLetter), ...rejected.map(rejectedLetter(refused))],
      signal,
    );
    const given = rejected.filter(({ at }) => !unburied.includes(at));
    // A rejected one waits no longer either: guard would offer it every minute.
    await markSent([...sent, ...eventsOf(given)], signal);
    if (sent.length > 0) log.info('Events were sent', { events: ids(sent) });
    return { batchItemFailures: [...unburied, ...waiting.map(({ at }) => at)].map(asFailure) };
  };
}

function unreadableLetter({ at, item, problem }: ReadRecords['unreadable'][number]): Buried {
  return { at, letter: { problem: `The outbox item cannot be read: ${problem}`, item, sequenceNumber: at } };
}

function rejectedLetter(
  refused: ReadonlyMap<string, Refused>,
): (read: { readonly at: SequenceNumber; readonly event: OutboxEvent }) => Buried {
  return ({ at, event }) => {
    const problem = `The event bus never takes it: ${refused.get(event.id)?.message}`;
    const { id, type, rollbackId, detail } = event;
    return { at, letter: { problem, event: id, type, rollbackId, sequenceNumber: at, detail } };
  };
}

function asFailure(itemIdentifier: string): { itemIdentifier: string } {
  return { itemIdentifier };
}

function eventsOf(read: ReadRecords['events']): OutboxEvent[] {
  return read.map(({ event }) => event);
}

function ids(events: readonly OutboxEvent[]): string[] {
  return events.map(({ id }) => id);
}
