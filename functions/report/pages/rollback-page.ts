import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { stageBar } from './charts/stage-bar.ts';
import { weightChart } from './charts/weight-chart.ts';
import { document } from './document.ts';
import { happenings, sinceThenNote } from './happenings.ts';
import { outcomeBadge, slaWords } from './outcome-words.ts';
import { alertSection, recordSection } from './rollback-facts.ts';
import { commandSection, residualSection, restoreSection } from './rollback-help.ts';
import { stagePartsOf } from './stage-parts.ts';
import { duration, shortDestination, time } from './words.ts';

/**
 * `GET /rollbacks/{id}`: what was done about one canary, how long it took, and what a person can do now. `context` is
 * kubectl's name for the cluster, where the settings say it.
 */
export function rollbackPage(record: RollbackRecord, now: number, context?: string): Html {
  const name = shortDestination(record.canary);
  return document({
    title: `Rollback of ${name}`,
    nav: html`<nav aria-label="Report"><ul><li><a href="/">All rollbacks</a></li></ul></nav>`,
    body: html`${head(record, name)}${commandSection(record)}${residualSection(record)}${weightSection(record)}${timelineSection(record)}${restoreSection(record, context)}${alertSection(record)}${recordSection(record)}`,
    now,
  });
}

function head(record: RollbackRecord, name: string): Html {
  const { cluster, virtualServices, alert, message, timeline, supersededBy, requestedBy } = record;
  const later = supersededBy
    ? html`<div class="note"><p>Another record says more: <a href="/rollbacks/${encodeURIComponent(supersededBy)}">the rollback that replaced this one</a>.</p></div>\n`
    : '';
  return html`<p>${outcomeBadge(record)}</p>
<h1>${name}</h1>
<p>${message}</p>
${later}${sinceThenNote(record)}<dl class="facts">
<dt>${requestedBy ? 'Request' : 'Alert'} to zero</dt><dd><strong>${zeroWords(record)}</strong>${timeline.zeroedPrecision === 'journal' ? ' (to the second: taken from the object afterwards)' : ''}; ${slaWords(record)}</dd>
${requestedBy ? html`<dt>Asked for by</dt><dd>${requestedBy.name}: “${requestedBy.reason}”</dd>\n` : ''}${requestedBy ? '' : html`<dt>Alert</dt><dd>${alert.name || 'unnamed'}, fired ${time(timeline.firedAt)}</dd>\n`}
${verified(timeline)}<dt>Where</dt><dd>${cluster === '-' ? 'cluster unknown' : cluster}; ${virtualServices.join(', ') || 'no VirtualService'}</dd>
</dl>
`;
}

function zeroWords({ outcome, sla }: RollbackRecord): string {
  if (outcome === 'already-zero') return 'at zero when it came';
  return sla.alertToZeroMs === undefined ? 'not at zero' : duration(sla.alertToZeroMs);
}

function verified({ verifiedAt }: RollbackRecord['timeline']): Html {
  return verifiedAt === undefined
    ? html``
    : html`<dt>Verified</dt><dd><span class="good">✓</span> no request reached it any more at ${time(verifiedAt)}</dd>\n`;
}

function weightSection({ weights, canary, outcome }: RollbackRecord): Html {
  if (weights.length === 0) return html``;
  const title =
    outcome === 'rolled-back' ? 'Weights before and after' : 'Weights, and what a rollback would make of them';
  const charts = weights.map((change, index) => weightChart({ id: `weights-${index}`, change, canary }));
  return html`<section>
<h2>${title}</h2>
<div class="charts">
${charts}</div>
</section>
`;
}

function timelineSection(record: RollbackRecord): Html {
  const parts = stagePartsOf(record.timeline);
  const bar = stageBar({ id: 'stages', title: 'Where the time went', stages: parts, timeHead: 'Time' });
  const unseen =
    record.outcome === 'rolled-back'
      ? html`<p class="soft">Where the time went is not known: not every stage was seen.</p>\n`
      : '';
  const spent = parts.length > 0 ? bar : unseen;
  return html`<section>
<h2>What happened</h2>
${record.requestedBy ? '' : spent}${happenings(record)}</section>
`;
}
