import type { CanaryAnswer, CanaryQuestion } from './canary-question.ts';
import { type DestinationKey, expandHost, parseDestination, sameDestination } from './destination.ts';
import { entryFor, isOpen, type Journal } from './journal.ts';
import type { Managed } from './managed.ts';
import type { DestinationMark } from './marks.ts';

/** Canaries that open entries took to zero by pointing their route to stable, so that the object names them no more. */
export function repointedCanaries(
  { destinations }: Managed,
  journal: Journal,
  firing: string,
  now: number,
): NonNullable<CanaryQuestion['repointed']> {
  const lost = (canary: string | undefined): DestinationKey[] => {
    const key = canary === undefined ? undefined : parseDestination(canary);
    return key && !destinations.some((one) => sameDestination(one, key)) ? [key] : [];
  };
  const own = entryFor(journal, firing);
  return {
    forFiring: own && isOpen(own, now) ? lost(own.canary)[0] : undefined,
    all: journal.entries.filter((entry) => isOpen(entry, now)).flatMap(({ canary }) => lost(canary)),
  };
}

/** A firing that has had its rollback is about that canary, wherever the object routes now: its retry must find it. */
export function canaryByJournal({ repointed }: CanaryQuestion): CanaryAnswer | undefined {
  return repointed?.forFiring && { kind: 'found', by: 'journal', canary: repointed.forFiring };
}

/** The lost canary that a mark still names. */
export function repointedByMark(
  { repointed, managed }: CanaryQuestion,
  mark: DestinationMark,
): DestinationKey | undefined {
  const { namespace } = managed.object.metadata;
  const named = (key: DestinationKey) =>
    'host' in mark
      ? sameDestination(key, { host: expandHost(mark.host, namespace), subset: mark.subset })
      : key.subset === mark.word || (!key.subset && key.host === expandHost(mark.word, namespace));
  return repointed?.all.find(named);
}
