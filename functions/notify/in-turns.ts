import { rollbackIdOf } from '#shared/contracts/bus-event.ts';
import type { DeliveryMessages } from './read-messages.ts';

/** Told of the same change at the same time: first what was done, then how late it was, and last that it is over. */
const LAST = ['RollbackSlaBreached', 'RollbackRestored', 'HoldReleased', 'AlertResolved'];

/** What one channel is told of one rollback goes one after the other, in the order in which it happened; the rest at once. */
export function inTurns(deliveries: readonly DeliveryMessages[]): (readonly DeliveryMessages[])[] {
  const turns = Map.groupBy(deliveries, ({ channel, event }) =>
    JSON.stringify([channel, rollbackIdOf(event) ?? event.id]),
  );
  return [...turns.values()].map((turn) =>
    turn.toSorted(
      (a, b) => Date.parse(a.event.time) - Date.parse(b.event.time) || rank(a.event.type) - rank(b.event.type),
    ),
  );
}

function rank(type: string): number {
  return LAST.indexOf(type);
}
