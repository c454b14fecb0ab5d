import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { stagesOf } from '#shared/domain/timeline.ts';
import { type Audience, shortName } from './who-gets-what.ts';

const BAR = 40;

/** The incident as a person would like to see it. */
export function printIncident(parts: {
  readonly before: readonly Audience[];
  readonly after: readonly Audience[];
  readonly record: RollbackRecord;
  readonly event: OutboxEvent | undefined;
  readonly out: (line: string) => void;
}): void {
  const { record, event, out } = parts;
  out('');
  out('The incident: somebody meant v1: 90, v2: 10 and applied v1: 1, v2: 99. v2 fails. The alert fires.');
  out('');
  out('Who would get what of 1,000 requests');
  printAudiences('before', parts.before, out);
  printAudiences('after', parts.after, out);
  out('');
  printTimeline(record, out);
  out(`SLA       ${slaWords(record)}`);
  out(`Outcome   ${record.outcome}: ${shortName(record.canary)} in ${record.virtualServices.join(', ')}`);
  printResidual(record, out);
  out(`Rollback  ${record.id}`);
  out(event ? `Event     ${event.type} ${event.id.slice(0, 12)}… on the bus` : 'Event     not on the bus yet');
}

function printAudiences(when: string, audiences: readonly Audience[], out: (line: string) => void): void {
  for (const { who, shares } of audiences) {
    for (const [index, { to, requests }] of shares.entries()) {
      const label = index === 0 ? `  ${when.padEnd(8)}${who}` : '';
      const bar = '█'.repeat(requests === 0 ? 0 : Math.max(1, Math.round((requests / 1000) * BAR)));
      out(`${label.padEnd(38)}${to.padEnd(16)}${String(requests).padStart(5)}  ${bar}`.trimEnd());
    }
  }
}

function printTimeline({ timeline }: RollbackRecord, out: (line: string) => void): void {
  const known = stagesOf(timeline).map(
    ({ name, at }) => `${name} ${name === 'fired' ? '0 ms' : `+${at - timeline.firedAt} ms`}`,
  );
  out(`Timeline  ${known.join(' → ')}`);
}

function slaWords({ sla, outcome }: RollbackRecord): string {
  if (sla.met === undefined) return `${sla.count}: ${outcome}`;
  return `${sla.met ? 'met' : 'missed'}: ${sla.alertToZeroMs} ms from alert to zero; the target is ${sla.targetMs / 1000} s`;
}

function printResidual({ residual }: RollbackRecord, out: (line: string) => void): void {
  for (const line of residualLines(residual)) out(`Residual  ${line}`);
}

function residualLines(residual: RollbackRecord['residual']): string[] {
  if (residual === 'unknown') return ['not known: the cluster could not be asked'];
  return residual.length > 0
    ? residual.map(({ what }) => what)
    : ['nothing that we know of can still reach the canary'];
}
