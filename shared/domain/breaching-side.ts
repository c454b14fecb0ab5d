import { type Alert, knownLabel } from './alert.ts';
import { type DestinationKey, sameDestination, serviceOfHost } from './destination.ts';
import type { DestinationRule } from './surroundings.ts';

/** The labels that carry a version, on an alert from Istio's metrics and on a DestinationRule subset. */
const ALERT_VERSION_LABELS = ['destination_version', 'version', 'destination_canonical_revision', 'revision'] as const;
const SUBSET_VERSION_LABELS = ['version', 'app.kubernetes.io/version', 'service.istio.io/canonical-revision'] as const;

/** The version that an alert is about. Istio's canonical revision defaults to `latest`, which names no version. */
export function alertVersion(alert: Alert): string | undefined {
  for (const label of ALERT_VERSION_LABELS) {
    const value = knownLabel(alert, label);
    if (value !== undefined && !(label === 'destination_canonical_revision' && value === 'latest')) return value;
  }
  return undefined;
}

/** The subsets of a host whose version label is this version. */
export function subsetsOfVersion(rules: readonly DestinationRule[], host: string, version: string): string[] {
  const subsets = rules.filter((rule) => rule.host === host).flatMap((rule) => rule.subsets);
  return subsets
    .filter(({ labels }) => SUBSET_VERSION_LABELS.some((key) => labels[key] === version))
    .map(({ name }) => name);
}

export type SidesQuestion = {
  readonly alert: Alert;
  readonly canary: DestinationKey;
  readonly stable?: DestinationKey | undefined;
  readonly destinations: readonly DestinationKey[];
  readonly rules: readonly DestinationRule[];
};

/** Which side the alert says is failing, by its version or workload; `unknown` where it says nothing that we can place. */
export function breachingSide(question: SidesQuestion): 'canary' | 'stable' | 'other' | 'unknown' {
  const version = alertVersion(question.alert);
  if (version === undefined) return sideOfWorkload(question);
  const { canary, stable, rules } = question;
  const byRules = [canary, stable].map((side) => side && versionSide(rules, side, version));
  if (byRules[0] === true || byRules[1] === true) {
    if (byRules[0] === byRules[1]) return 'unknown';
    return byRules[0] ? 'canary' : 'stable';
  }
  if (subsetsOfVersion(rules, canary.host, version).length > 0) return 'other';
  if (byRules[0] === false && byRules[1] === false) return 'other';
  return sideOfSubsetName(question, version);
}

/** Whether a side's subset carries the version; undefined where its labels are not known or name no version. */
function versionSide(rules: readonly DestinationRule[], side: DestinationKey, version: string): boolean | undefined {
  if (!side.subset) return undefined;
  const subsets = rules.filter((rule) => rule.host === side.host).flatMap((rule) => rule.subsets);
  const labels = subsets.find(({ name }) => name === side.subset)?.labels;
  const versions = SUBSET_VERSION_LABELS.map((key) => labels?.[key]).filter((one) => one !== undefined);
  return versions.length > 0 ? versions.includes(version) : undefined;
}

function sideOfSubsetName(
  { canary, stable, destinations }: SidesQuestion,
  version: string,
): 'canary' | 'stable' | 'other' | 'unknown' {
  if (canary.subset === version) return 'canary';
  if (stable?.subset === version) return 'stable';
  const other = destinations.some((key) => key.host === canary.host && key.subset === version);
  return other ? 'other' : 'unknown';
}

/** Workload names are free: they count only where one is exactly what a side's host or subset would be called. */
function sideOfWorkload({ alert, canary, stable }: SidesQuestion): 'canary' | 'stable' | 'unknown' {
  const workload = knownLabel(alert, 'destination_workload') ?? knownLabel(alert, 'workload');
  if (workload === undefined || (stable && sameDestination(canary, stable))) return 'unknown';
  if (workloadNames(canary).includes(workload)) return 'canary';
  return stable && workloadNames(stable).includes(workload) ? 'stable' : 'unknown';
}

function workloadNames(key: DestinationKey): string[] {
  const service = serviceOfHost(key.host)?.name ?? key.host;
  return key.subset ? [`${service}-${key.subset}`] : [service];
}
