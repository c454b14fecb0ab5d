import { readJournal } from '#shared/contracts/journal.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { Budget } from './budget.ts';
import { forbiddenMessage } from './fault-words.ts';
import type { Held } from './read-holds.ts';
import { type Released, releaseHold } from './release-hold.ts';

export type Closing = {
  /** The object as it is now; undefined where it is no longer there, or ours to write. */
  readonly held: Held | undefined;
  /** How many entries this run closed. */
  readonly closed: number;
  readonly fault?: string | undefined;
};

/** Closes the holds of one object that are over. Whoever closed them first has closed them. Throws ClusterFault. */
export async function closeHold(
  held: Held,
  isOver: (entry: JournalEntry) => boolean,
  deps: { readonly cluster: Cluster; readonly budget: Budget },
): Promise<Closing> {
  const { object } = held;
  const release = { state: 'closed' as const, ends: isOver };
  const end = await releaseHold(object.metadata, release, { ...deps, known: object });
  if (end.kind === 'not-managed') return { held: undefined, closed: 0 };
  if (end.kind === 'refused' || end.kind === 'no-room')
    return { held, closed: 0, fault: `${held.name}: ${whyNot(end)}` };
  const entries = readJournal(end.object, deps.budget.clock.now()).entries;
  return { held: { ...held, object: end.object, entries }, closed: end.kind === 'released' ? end.ended.length : 0 };
}

function whyNot(end: Extract<Released, { kind: 'refused' | 'no-room' }>): string {
  if (end.kind === 'no-room') return 'its hold cannot be closed, as its other annotations leave the journal no room.';
  const { answer } = end;
  if (answer.kind === 'conflict') return 'its hold could not be closed, as it kept changing.';
  if (answer.kind === 'forbidden') return `its hold could not be closed: ${forbiddenMessage(answer)}`;
  return `its hold could not be closed: ${answer.message}`;
}
