import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, type OutboxEvent } from '#shared/contracts/events.ts';
import type { EventBus, Refused } from '#shared/ports/event-bus.ts';
import { batchEntries, entryBytes, MAX_BYTES } from './batch-entries.ts';

type Entry = { readonly event: OutboxEvent; readonly entry: PutEventsRequestEntry; readonly bytes: number };

/** Codes of an entry or of a whole call that speak of the event. All others pass, if late: access is granted again, too. */
const FINAL = new Set(['InvalidArgument', 'MalformedDetail', 'ValidationException']);

/**
 * An EventBridge bus. One call follows the other, so that events arrive about in their order. It throws where the first
 * call fails; where a later one does, what was not sent comes back as refused, as the rest is on the bus already.
 */
export function eventbridgeBus(client: EventBridgeClient, busName: string): EventBus {
  async function put(batch: readonly Entry[], signal: AbortSignal): Promise<Refused[]> {
    const command = new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) });
    const { Entries: results = [] } = await client.send(command, { abortSignal: signal });
    return batch.flatMap(({ event }, place) => {
      const { EventId, ErrorCode, ErrorMessage } = results[place] ?? {};
      if (EventId && !ErrorCode) return [];
      const message = ErrorCode ? `${ErrorCode}: ${ErrorMessage}` : 'the bus did not answer for it';
      return [{ event, message, final: ErrorCode !== undefined && FINAL.has(ErrorCode) }];
    });
  }

  /** One entry that the bus cannot read fails its whole call: then each goes alone. */
  async function putEach(batch: readonly Entry[], signal: AbortSignal): Promise<Refused[]> {
    try {
      return await put(batch, signal);
    } catch (error) {
      if (!isFinal(error)) throw error;
      if (batch.length === 1) return batch.map(({ event }) => ({ event, message: wordsOf(error), final: true }));
    }
    const refused: Refused[] = [];
    for (const one of batch) refused.push(...(await putEach([one], signal)));
    return refused;
  }

  return {
    async publish(events, signal) {
      const entries = events.map((event) => entryOf(event, busName));
      const tooLarge = entries.filter(({ bytes }) => bytes >= MAX_BYTES);
      const refused: Refused[] = tooLarge.map(({ event, bytes }) => ({
        event,
        message: `It has ${bytes} bytes: EventBridge takes less than ${MAX_BYTES} in one event`,
        final: true,
      }));
      const batches = batchEntries(entries.filter(({ bytes }) => bytes < MAX_BYTES));
      for (const [place, batch] of batches.entries()) {
        try {
          refused.push(...(await putEach(batch, signal)));
        } catch (error) {
          if (place === 0) throw error;
          refused.push(...batches.slice(place).flatMap((unsent) => unsent.map(notSent(error))));
          break;
        }
      }
      return refused;
    },
  };
}

function entryOf(event: OutboxEvent, busName: string): Entry {
  const entry = {
    EventBusName: busName,
    Source: EVENT_SOURCE,
    DetailType: event.type,
    Detail: JSON.stringify(event.detail),
    Time: new Date(event.createdAt),
  };
  return { event, entry, bytes: entryBytes(entry) };
}

function notSent(error: unknown): (entry: Entry) => Refused {
  const message = `not sent, as the bus stopped answering: ${wordsOf(error)}`;
  return ({ event }) => ({ event, message, final: false });
}

function isFinal(error: unknown): boolean {
  return error instanceof Error && FINAL.has(error.name);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
