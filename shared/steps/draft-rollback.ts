import { type Alert, firingOf } from '#shared/domain/alert.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import type { RollbackDraft } from '#shared/domain/merge-record.ts';
import { REASONS } from '#shared/domain/outcome.ts';
import { type RecordedAlert, type Requester, UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { Member, Unresolved } from '#shared/domain/target.ts';
import { rollbackId } from './digest.ts';
import { fitDraft } from './fit-draft.ts';
import type { Draft } from './record-rollbacks.ts';
import type { TargetResult } from './zero-target.ts';

export type DeliveryFacts = {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly truncatedAlerts: number;
  /** The SLA target where no VirtualService says another, ms. */
  readonly slaMs: number;
  /** Who asked by hand, and why. */
  readonly requestedBy?: Requester | undefined;
  /** Of records that are there: one without canary that has been replaced meanwhile is not made again. */
  readonly isRetry?: boolean | undefined;
};

/** The record of one firing about one target. */
export function draftOfTarget(
  alert: Alert,
  result: TargetResult,
  facts: DeliveryFacts,
  unknowns: readonly string[],
): Draft | undefined {
  const firing = firingOf(alert);
  const verdict = result.verdicts.get(firing);
  if (!verdict) return undefined;
  const { target } = result;
  const canary = formatDestination(target.canary);
  const { zeroed } = verdict;
  const draft: RollbackDraft = {
    ...common(alert, facts),
    id: rollbackId({ cluster: target.cluster, canary, firing }),
    cluster: target.cluster,
    canary,
    virtualServices: target.members.map(({ managed }) => managed.name),
    outcome: verdict.outcome,
    reason: verdict.reason,
    message: withUnknowns(verdict.message, unknowns),
    commands: verdict.commands,
    weights: result.members.flatMap(({ weights }) => weights),
    residual: result.residual,
    stableReadiness: result.stableReadiness,
    unknowns,
    timeline: {
      firedAt: alert.startsAt,
      receivedAt: zeroed?.receivedAt ?? facts.receivedAt,
      targetedAt: zeroed?.precision === 'journal' ? undefined : result.targetedAt,
      ...(zeroed ? { zeroedAt: zeroed.at, zeroedPrecision: zeroed.precision } : {}),
    },
    slaMs: slaOf(target.members, facts.slaMs),
    reasserts: verdict.reasserts ?? 0,
    reverted: verdict.reverted,
  };
  return { draft: fitDraft(draft), firing, holdUntil: verdict.holdUntil };
}

/** A rollback goes on without the optional reads; who reads of it must know what it did not know. */
function withUnknowns(message: string, unknowns: readonly string[]): string {
  if (unknowns.length === 0) return message;
  const owner = unknowns.some((one) => one.startsWith('rollouts'))
    ? ' So it is not known whether an Argo Rollout owns the weights and puts them back.'
    : '';
  return `${message} The cluster did not let us read, or not in time: ${unknowns.join(', ')}.${owner}`;
}

/** The strictest of the members' own targets; the settings' where none says one. */
function slaOf(members: readonly Member[], defaultMs: number): number {
  const marked = members.map(({ managed }) => managed.marks.slaMs).filter((one) => one !== undefined);
  return marked.length > 0 ? Math.min(...marked) : defaultMs;
}

/** The record of a firing whose canary is not known; it keeps the alert, so that it can be finished later. */
export function draftOfUnresolved(alert: Alert, said: Unresolved, cluster: string, facts: DeliveryFacts): Draft {
  const firing = firingOf(alert);
  const draft: RollbackDraft = {
    ...common(alert, facts),
    id: rollbackId({ cluster, canary: UNKNOWN, firing }),
    cluster,
    canary: UNKNOWN,
    virtualServices: said.virtualServices,
    outcome: REASONS[said.reason].outcome,
    reason: said.reason,
    message: said.message,
    commands: said.commands,
    weights: [],
    residual: [],
    stableReadiness: 'not-asked',
    unknowns: [],
    timeline: { firedAt: alert.startsAt, receivedAt: facts.receivedAt },
    slaMs: facts.slaMs,
    reasserts: 0,
  };
  return { draft: fitDraft(draft), firing, onlyIfThere: facts.isRetry };
}

function common(
  alert: Alert,
  { truncatedAlerts, requestedBy }: DeliveryFacts,
): Pick<RollbackDraft, 'alert' | 'truncatedAlerts' | 'requestedBy'> {
  return { alert: recordedAlert(alert), truncatedAlerts, ...(requestedBy ? { requestedBy } : {}) };
}

/** DynamoDB keeps 400 KB an item and EventBridge 256 KB an event: of an outsized alert, the first part is enough. */
const MAX_LABELS = 64;
const MAX_LABEL_CHARS = 1024;
const MAX_ANNOTATION_CHARS = 2048;

function recordedAlert({ labels, annotations, fingerprint, generatorUrl }: Alert): RecordedAlert {
  return {
    name: cut(labels['alertname'] ?? '', MAX_LABEL_CHARS),
    fingerprint,
    labels: cutAll(labels, MAX_LABEL_CHARS),
    annotations: cutAll(annotations, MAX_ANNOTATION_CHARS),
    ...(generatorUrl ? { generatorUrl: cut(generatorUrl, MAX_ANNOTATION_CHARS) } : {}),
  };
}

function cutAll(map: Readonly<Record<string, string>>, chars: number): Record<string, string> {
  const entries = Object.entries(map).slice(0, MAX_LABELS);
  return Object.fromEntries(entries.map(([key, value]) => [cut(key, MAX_LABEL_CHARS), cut(value, chars)]));
}

function cut(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars - 1)}…` : text;
}
