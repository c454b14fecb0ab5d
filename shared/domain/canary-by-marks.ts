import { alertVersion, subsetsOfVersion } from './breaching-side.ts';
import { repointedByMark } from './canary-by-journal.ts';
import { stableByName } from './canary-by-names.ts';
import { ambiguous, type CanaryAnswer, type CanaryQuestion, candidatesOf } from './canary-question.ts';
import { type DestinationKey, expandHost, formatDestination, sameDestination } from './destination.ts';
import type { Managed } from './managed.ts';
import { type DestinationMark, MARK } from './marks.ts';
import { routesOf } from './routes.ts';

/** Sides by the object's `weightless/canary` and `weightless/stable`; undefined where it carries neither. */
export function canaryByMarks(question: CanaryQuestion): CanaryAnswer | undefined {
  const { canary, stable } = question.managed.marks;
  if (canary) return fromCanaryMark(question, canary);
  return stable ? fromStableMark(question, stable) : undefined;
}

function fromCanaryMark(question: CanaryQuestion, mark: DestinationMark): CanaryAnswer {
  const { managed } = question;
  const found = placeMark(question, mark);
  if (found.kind === 'several')
    return ambiguous(found.keys, `${MARK.canary} says ${textOf(mark)}, which is several destinations`);
  const canary = found.kind === 'one' ? found.key : repointedByMark(question, mark);
  if (!canary) return markWithoutRoute(managed, mark);
  if (!managed.marks.stable) return withDiscoveredStable(managed, canary);
  const stable = placeStable(question, managed.marks.stable, canary);
  if ('kind' in stable) return stable;
  if (sameDestination(canary, stable)) return sameMarks(managed.marks.stable);
  return { kind: 'found', by: 'marks', canary, stable };
}

/** Stable is declared and the canary is not: the alert's version tells it, or it is the only other destination. */
function fromStableMark(question: CanaryQuestion, mark: DestinationMark): CanaryAnswer {
  const { managed, alert, rules } = question;
  const stable = placeStable(question, mark, undefined);
  if ('kind' in stable) return stable;
  const others = candidatesOf(managed, question.host ?? stable.host).filter((key) => !sameDestination(key, stable));
  const version = alertVersion(alert);
  const versioned = others.filter(
    (key) => key.subset && version && subsetsOfVersion(rules, key.host, version).includes(key.subset),
  );
  if (versioned.length === 1 && versioned[0]) return { kind: 'found', by: 'version', canary: versioned[0], stable };
  if (others.length > 1)
    return ambiguous(others, `${MARK.stable} is marked, and more than one other destination could be the canary`);
  return others[0] ? { kind: 'found', by: 'marks', canary: others[0], stable } : { kind: 'no-canary' };
}

type Placed =
  | { readonly kind: 'one'; readonly key: DestinationKey }
  | { readonly kind: 'several'; readonly keys: readonly DestinationKey[] }
  | { readonly kind: 'none' };

/** The destination of the object that a mark names; one that is mirrored to where no route names it. */
function placeMark({ managed, host }: CanaryQuestion, mark: DestinationMark): Placed {
  const { namespace } = managed.object.metadata;
  const routed = placeAmong(managed.destinations, mark, host, namespace);
  return routed.kind === 'none' ? placeAmong(managed.mirrored, mark, host, namespace) : routed;
}

/** A subset of the alerted host first, else of any one host, else a host. */
function placeAmong(
  destinations: readonly DestinationKey[],
  mark: DestinationMark,
  host: string | undefined,
  namespace: string,
): Placed {
  if ('host' in mark) {
    const key = { host: expandHost(mark.host, namespace), subset: mark.subset };
    return destinations.some((one) => sameDestination(one, key)) ? { kind: 'one', key } : { kind: 'none' };
  }
  const subsets = destinations.filter((key) => key.subset === mark.word);
  const alerted = subsets.filter((key) => key.host === host);
  const hosts = destinations.filter((key) => key.host === expandHost(mark.word, namespace));
  const whole = hosts.some((key) => !key.subset) ? hosts.filter((key) => !key.subset) : hosts;
  const keys = [...(alerted.length > 0 ? alerted : subsets), ...whole];
  if (keys.length > 1) return { kind: 'several', keys };
  return keys[0] ? { kind: 'one', key: keys[0] } : { kind: 'none' };
}

/** A stable that is in no route is of the canary's kind: a subset of the canary's host, or a host. */
function placeStable(
  question: CanaryQuestion,
  mark: DestinationMark,
  canary: DestinationKey | undefined,
): DestinationKey | CanaryAnswer {
  const { namespace } = question.managed.object.metadata;
  const found = placeMark(question, mark);
  if (found.kind === 'one') return found.key;
  if (found.kind === 'several') {
    const beside = found.keys.filter((key) => canary && key.host === canary.host && key.subset);
    if (beside.length === 1 && beside[0]) return beside[0];
    return ambiguous(found.keys, `${MARK.stable} says ${textOf(mark)}, which is several destinations`);
  }
  if ('host' in mark) return { host: expandHost(mark.host, namespace), subset: mark.subset };
  if (canary?.subset) return { host: canary.host, subset: mark.word };
  return { host: expandHost(mark.word, namespace) };
}

function withDiscoveredStable(managed: Managed, canary: DestinationKey): CanaryAnswer {
  const beside = routesOf(managed.object)
    .filter((route) => route.destinations.some(({ key }) => sameDestination(key, canary)))
    .flatMap((route) => route.destinations.map(({ key }) => formatDestination(key)));
  const sharing = managed.destinations.filter(
    (key) => beside.includes(formatDestination(key)) && !sameDestination(key, canary),
  );
  const sameHost = managed.destinations.filter((key) => key.host === canary.host && !sameDestination(key, canary));
  const others = sharing.length > 0 ? sharing : sameHost;
  const stable = others.length === 1 ? others[0] : stableByName(others);
  if (!stable && others.length > 1)
    return ambiguous(others, `${MARK.canary} is marked, and more than one other destination could be stable`);
  return { kind: 'found', by: 'marks', canary, stable };
}

/** A canary mark that names no destination: after a promotion that is ordinary; beside several destinations it is a slip. */
function markWithoutRoute({ destinations }: Managed, mark: DestinationMark): CanaryAnswer {
  if (destinations.length <= 1) return { kind: 'no-canary' };
  const allowed = `one of the object's destinations: ${destinations.map(formatDestination).join(', ')}`;
  return { kind: 'invalid-marks', problems: [{ mark: MARK.canary, value: textOf(mark), allowed }] };
}

function sameMarks(mark: DestinationMark): CanaryAnswer {
  return {
    kind: 'invalid-marks',
    problems: [{ mark: MARK.stable, value: textOf(mark), allowed: `another destination than ${MARK.canary}` }],
  };
}

function textOf(mark: DestinationMark): string {
  return 'host' in mark ? `${mark.host}/${mark.subset}` : mark.word;
}
