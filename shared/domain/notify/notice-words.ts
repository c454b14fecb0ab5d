import { parseDestination, serviceOfHost } from '../destination.ts';
import { UNKNOWN } from '../rollback-record.ts';
import type { WeightChange } from '../weight-change.ts';
import { clip, oneLine } from './clip.ts';
import type { Fact, Notice, RollbackNotice, Severity } from './notice.ts';
import { isMissed, reportFacts, reportHeadline, weekOf } from './report-words.ts';
import { seconds } from './seconds.ts';

/** `payment-svc.production/v2`, or the alert where the canary is not known; the days of a report. */
export function subjectOf(notice: Notice): string {
  return notice.about === 'report' ? weekOf(notice) : canaryOf(notice);
}

function canaryOf({ canary, alert }: RollbackNotice): string {
  if (canary === UNKNOWN) return clip(`the canary of alert ${oneLine(alert.name) || UNKNOWN}`, 120);
  const { host, subset } = parseDestination(canary);
  const service = serviceOfHost(host);
  const short = service ? `${service.name}.${service.namespace}` : host;
  return clip(oneLine(subset ? `${short}/${subset}` : short), 120);
}

/** What happened, in one line. */
export function headlineOf(notice: Notice): string {
  if (notice.about === 'report') return reportHeadline(notice);
  const subject = canaryOf(notice);
  const words = Object.hasOwn(HEADLINES, notice.type) ? HEADLINES[notice.type] : undefined;
  return oneLine(words ? words(subject, notice) : `${notice.type}: ${subject}`);
}

const HEADLINES: Readonly<Record<string, (subject: string, notice: RollbackNotice) => string>> = {
  RollbackCompleted: (subject, { severity, sla }) =>
    severity === 'critical'
      ? `Rolled back, but users can still reach it: ${subject}`
      : `Rolled back: ${subject} is at 0${sla.alertToZeroMs === undefined ? '' : ` after ${seconds(sla.alertToZeroMs)}`}`,
  RollbackSuggested: (subject, { reason }) => {
    if (reason === 'contested') return `Decide: ${subject} was put back again and again, and is left so`;
    if (reason === 'already-acted') return `Decide: ${subject} breaches its SLO again after its hold`;
    return `Decide: ${subject} breaches its SLO and was not rolled back`;
  },
  RollbackSkipped: (subject, { outcome }) =>
    outcome === 'already-zero' ? `Already at 0: ${subject}` : `Nothing was changed: ${subject}`,
  RollbackRefused: (subject) => `NOT rolled back, act now: ${subject} (refused)`,
  RollbackFailed: (subject) => `NOT rolled back, act now: ${subject} (failed)`,
  RollbackSlaBreached: (subject, { sla, outcome }) =>
    outcome === 'rolled-back' && sla.alertToZeroMs !== undefined
      ? `SLA missed: ${subject} was at 0 after ${seconds(sla.alertToZeroMs)}`
      : `SLA missed: ${subject} is still not at 0`,
  RollbackReverted: (subject) => `Somebody put the weight back: ${subject}`,
  RollbackReasserted: (subject) => `At 0 again: somebody had put ${subject} back`,
  RollbackRestored: (subject) => `Restored: ${subject} has its weight again`,
  HoldReleased: (subject) => `Hold released: ${subject}`,
  RollbackUnverified: (subject) => `At 0, but requests still arrive: ${subject}`,
  RollbackVerified: (subject) => `No request arrives any more: ${subject} is at 0`,
  AlertResolved: (subject) => `Alert resolved: ${subject}`,
};

/** What a person looks for next, in the order of looking. */
export function factsOf(notice: Notice): Fact[] {
  return notice.about === 'report' ? reportFacts(notice) : rollbackFacts(notice);
}

function rollbackFacts(notice: RollbackNotice): Fact[] {
  const { cluster, canary, reason, virtualServices } = notice;
  // What the record says is of a time before.
  const then = hasWeightAgain(notice) || isEnd(notice) ? ' at the rollback' : '';
  return [
    ...notice.more,
    ...weightsOf(notice, then),
    { name: `Time${then}`, value: timeOf(notice) },
    {
      name: notice.type === 'AlertResolved' && then ? `Still reached it${then}` : 'Still reaches it',
      value: exposureOf(notice),
    },
    { name: 'Canary', value: `${canary === UNKNOWN ? 'not known' : canary}, cluster ${cluster}` },
    ...(virtualServices.length > 0 ? [{ name: 'VirtualService', value: virtualServices.join(', ') }] : []),
    ...(reason ? [{ name: 'Reason', value: reason }] : []),
    causeOf(notice),
  ].map(({ name, value }) => ({ name, value: clip(oneLine(value), 600) }));
}

function causeOf({ alert, requestedBy }: RollbackNotice): Fact {
  if (!requestedBy) return { name: 'Alert', value: `${alert.name}, since ${alert.startsAt || 'an unknown time'}` };
  const { name, reason } = requestedBy;
  return {
    name: 'Asked for',
    value: `by ${name}, at ${alert.startsAt || 'an unknown time'}${reason && `: ${reason}`}`,
  };
}

/** Put back, or brought back, since it was at zero. */
function hasWeightAgain({ type, outcome }: RollbackNotice): boolean {
  if (type === 'RollbackReverted' || type === 'RollbackRestored') return true;
  return type === 'RollbackSuggested' && outcome === 'rolled-back';
}

/** Which do not say whether the canary was put back before. */
function isEnd({ type, outcome }: RollbackNotice): boolean {
  return outcome === 'rolled-back' && (type === 'HoldReleased' || type === 'AlertResolved');
}

function weightsOf({ weights, canary }: RollbackNotice, then: string): Fact[] {
  const lines = weights.map((change) => changeWords(change, canary));
  return lines.length === 0 ? [] : [{ name: `Weight${then}`, value: lines.join('; ') }];
}

/** The canary's own share where it is in the route, else all that there is. */
function changeWords({ virtualService, route, before, after }: WeightChange, canary: string): string {
  const share = (shares: WeightChange['before']) => {
    const own = shares.filter(({ to }) => to === canary);
    const total = shares.reduce((sum, { weight }) => sum + Math.max(0, weight), 0);
    const weight = own.reduce((sum, one) => sum + one.weight, 0);
    return shares.length > 1 && total > 0 && total !== 100
      ? `${weight} of ${total}`
      : `${weight}${total === 100 ? ' %' : ''}`;
  };
  return `${share(before)} → ${share(after)} (${virtualService} ${route})`;
}

function timeOf(notice: RollbackNotice): string {
  const { sla, outcome, requestedBy } = notice;
  const took = outcome === 'rolled-back' ? sla.alertToZeroMs : undefined;
  if (requestedBy) return took === undefined ? 'not rolled back' : `${seconds(took)} from asking to 0`;
  const target = sla.targetMs === undefined ? '' : `; the SLA is ${seconds(sla.targetMs)}`;
  if (outcome === 'already-zero') return `at 0 already, not by us${target}`;
  return took === undefined ? `not rolled back${target}` : `${seconds(took)} from alert to 0${judged(sla, target)}`;
}

/** Where it was missed, a part of the time is mostly not ours. */
function judged({ met, heldMs }: RollbackNotice['sla'], target: string): string {
  if (met !== false) return met ? `${target}, met` : target;
  return `${heldMs === undefined ? '' : `, ${seconds(heldMs)} of it before we were told`}${target}, MISSED`;
}

function exposureOf(notice: RollbackNotice): string {
  const { type, residual, outcome } = notice;
  if (type === 'HoldReleased') return 'everybody whom its weight sends there: nothing holds it at 0 any more';
  if (hasWeightAgain(notice) || ['refused', 'failed', 'suggested', 'observed', 'pending'].includes(outcome)) {
    return 'everybody whom its weight sends there';
  }
  if (residual === 'unknown') return 'not known: the cluster did not say in time';
  return residual.length === 0 ? 'nobody' : residual.map(({ what }) => what).join('; ');
}

/** What to do now, and what the commands are for. */
export function adviceOf(notice: Notice): string {
  const { severity, commands, onlyLooks } = notice;
  if (commands.length > 0 && !onlyLooks) return severity === 'info' ? 'To look at it:' : 'Do now:';
  if (severity === 'critical' && !onlyLooks) return 'Open the page of this rollback: it has the command.';
  const safe = isSafe(notice) ? 'Users are safe. Find out what is wrong before the canary gets weight again.' : '';
  return [safe, commands.length > 0 ? 'To look at it:' : ''].filter((words) => words !== '').join(' ');
}

function isSafe(notice: Notice): boolean {
  if (notice.about === 'report') return false;
  return notice.type === 'RollbackCompleted' && notice.severity !== 'critical' && notice.residual !== 'unknown';
}

/** How it is coloured: a report is never urgent, and shows whether the objective was missed. */
export function toneOf(notice: Notice): Severity {
  return notice.about === 'report' && isMissed(notice) ? 'warning' : notice.severity;
}
