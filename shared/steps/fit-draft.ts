import type { RollbackDraft } from '#shared/domain/merge-record.ts';
import { pagesFor } from '#shared/domain/residual.ts';

/**
 * DynamoDB keeps 400 KB an item and EventBridge takes 256 KB an event. An object of a thousand routes, and labels from
 * anyone, make more than that, and a record that cannot be written is never told of: what is too much is left out.
 */
const ROOM = {
  commands: 48 * 1024,
  weights: 32 * 1024,
  residual: 32 * 1024,
  virtualServices: 32 * 1024,
  unknowns: 4 * 1024,
  labels: 24 * 1024,
  annotations: 24 * 1024,
} as const;
const MAX_MESSAGE_CHARS = 4000;

/** The draft without what a record has no room for; its message says what that is. */
export function fitDraft(draft: RollbackDraft): RollbackDraft {
  const { residual, alert } = draft;
  const fitted = {
    commands: within(draft.commands, ROOM.commands),
    weights: within(draft.weights, ROOM.weights),
    virtualServices: within(draft.virtualServices, ROOM.virtualServices),
    // What pages must not be what is left out.
    residual: residual === 'unknown' ? residual : within(residual, ROOM.residual, (one) => (pagesFor(one) ? 0 : 1)),
  };
  const left = [
    leftOut(draft.commands.length - fitted.commands.length, 'commands'),
    leftOut(draft.weights.length - fitted.weights.length, 'routes'),
    leftOut(draft.virtualServices.length - fitted.virtualServices.length, 'VirtualServices'),
    leftOut(residual.length - fitted.residual.length, 'residual exposures'),
  ].filter(Boolean);
  const message =
    draft.message.length > MAX_MESSAGE_CHARS ? `${draft.message.slice(0, MAX_MESSAGE_CHARS - 1)}…` : draft.message;
  return {
    ...draft,
    ...fitted,
    message: left.length > 0 ? `${message} Too large to keep: ${left.join(', ')}.` : message,
    unknowns: within(draft.unknowns, ROOM.unknowns),
    alert: {
      ...alert,
      labels: Object.fromEntries(within(Object.entries(alert.labels), ROOM.labels)),
      annotations: Object.fromEntries(within(Object.entries(alert.annotations), ROOM.annotations)),
    },
  };
}

function leftOut(count: number, what: string): string {
  return count > 0 ? `${count} ${what}` : '';
}

/** The items that have room together, in their order; where some have none, those of the lower rank come first. */
function within<T>(items: readonly T[], room: number, rank: (item: T) => number = () => 0): T[] {
  const sizes = new Map(items.map((item) => [item, Buffer.byteLength(JSON.stringify(item))]));
  let left = room;
  const kept = new Set(
    items
      .toSorted((a, b) => rank(a) - rank(b))
      .filter((item) => {
        const size = sizes.get(item) ?? 0;
        if (size > left) return false;
        left -= size;
        return true;
      }),
  );
  return items.filter((item) => kept.has(item));
}
