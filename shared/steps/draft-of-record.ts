import { type Alert, firingOf } from '#shared/domain/alert.ts';
import type { Command } from '#shared/domain/command.ts';
import { type Reason, verdictOf } from '#shared/domain/outcome.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Draft } from './record-rollbacks.ts';

/** The alert of a record, as it was received; its labels are at most what a record keeps. */
export function alertOf({ alert, timeline }: RollbackRecord): Alert {
  const { fingerprint, labels, annotations, generatorUrl } = alert;
  return { status: 'firing', fingerprint, labels, annotations, generatorUrl, startsAt: timeline.firedAt };
}

export type RecordVerdict = {
  readonly reason: Reason;
  readonly message: string;
  readonly commands: readonly Command[];
};

/** The record with another verdict: nothing else of it is known better. */
export function draftOfRecord(record: RollbackRecord, { reason, message, commands }: RecordVerdict): Draft {
  const { version, sla, pages, episode, history, supersededBy, slaBreachedAt, timeline, ...kept } = record;
  const { recordedAt, alertResolvedAt, ...times } = timeline;
  const draft = {
    ...kept,
    ...verdictOf(reason),
    message,
    commands,
    timeline: times,
    slaMs: sla.targetMs,
    reasserts: 0,
  };
  return { draft, firing: firingOf(alertOf(record)), onlyIfThere: true };
}
