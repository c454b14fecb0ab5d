import type { Command } from '#shared/domain/command.ts';
import type { JournalEntry, Writer } from '#shared/domain/journal.ts';
import type { Verdict } from '#shared/domain/outcome.ts';
import type { Residual } from '#shared/domain/residual.ts';
import type { WeightChange } from '#shared/domain/weight-change.ts';

/** What one member of a target came to. */
export type MemberResult = {
  /** `namespace/name`. */
  readonly name: string;
  /** What each firing got here, by `fingerprint@startsAt`. */
  readonly verdicts: ReadonlyMap<string, MemberVerdict>;
  readonly weights: readonly WeightChange[];
  readonly residual: readonly Residual[];
  readonly commands: readonly Command[];
  /** Entries of the journal that are not this object's, or could not be read. */
  readonly journalIgnored: number;
};

export type MemberVerdict = Verdict & {
  readonly message: string;
  /** When this member was at zero, epoch ms, and how we know. */
  readonly zeroed?:
    | { readonly at: number; readonly precision: 'observed' | 'journal'; readonly receivedAt: number }
    | undefined;
  /** The journal's entry that names the firing, after what was done now. */
  readonly entry?: JournalEntry | undefined;
  readonly reasserted?: boolean | undefined;
  /** Who put the canary back, where it stays so. */
  readonly reverted?: Writer | undefined;
};
