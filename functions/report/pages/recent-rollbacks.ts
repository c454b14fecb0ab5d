import { serviceOf } from '#shared/domain/report/service-of.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { rollbackPath } from './links.ts';
import { outcomeBadge, slaWords } from './outcome-words.ts';
import { duration, shortDestination, time, whereWords } from './words.ts';

/** The newest, where a person who was woken looks first. */
export function lastRollback([newest, ...others]: readonly RollbackRecord[]): Html {
  if (!newest) return html``;
  const all = others.length > 0 ? html` <a href="#recent">The ${others.length + 1} received last</a>` : '';
  return html`<p class="last">The last one: <a href="${rollbackPath(newest.id)}">${shortDestination(newest.canary)}</a> ${outcomeBadge(newest)} ${tookWords(newest)}, received ${time(newest.timeline.receivedAt)}.${all}</p>
`;
}

/** The last rollbacks, newest first: which, what came of it, from which weight, how long. */
export function recentRollbacks(records: readonly RollbackRecord[]): Html {
  if (records.length === 0) {
    return html`<section>
<h2>The last rollbacks</h2>
<p>Nothing has been rolled back yet. Alertmanager posts to <code>/v1/alerts</code>; a VirtualService takes part with the label <code>weightless/mode=act</code>.</p>
</section>
`;
  }
  return html`<section>
<h2 id="recent">The last rollbacks</h2>
<p class="soft small">The ${records.length === 1 ? 'only one' : `${records.length} received last`}, whatever the window; newest first. The full list: <code>GET /v1/rollbacks</code>.</p>
<ul class="plain">
${records.map(item)}</ul>
</section>
`;
}

function item(record: RollbackRecord): Html {
  const { id, canary, alert, timeline, sla } = record;
  const took =
    sla.alertToZeroMs === undefined ? 'Not taken to zero' : `At zero ${duration(sla.alertToZeroMs)} after the alert`;
  const { cluster, ...where } = serviceOf(record);
  return html`<li class="rollback">
<h3><a href="${rollbackPath(id)}">${shortDestination(canary)}</a></h3>
<div class="right">${outcomeBadge(record)}</div>
<p class="wide">${took.charAt(0).toUpperCase()}${took.slice(1)}${weightWords(record)}; ${slaWords(record)}</p>
<p class="wide soft small">${alert.name || 'unnamed alert'} in ${whereWords({ ...where, cluster: cluster === '-' ? 'an unknown cluster' : cluster })}, received ${time(timeline.receivedAt)}</p>
</li>
`;
}

function tookWords({ outcome, sla, requestedBy }: RollbackRecord): string {
  if (outcome === 'already-zero') return 'nothing to do';
  if (sla.alertToZeroMs === undefined) return 'not taken to zero';
  return `at zero ${duration(sla.alertToZeroMs)} after the ${requestedBy ? 'request' : 'alert'}`;
}

/** Where the canary was, in the route that gave it most. */
function weightWords({ weights, canary, outcome }: RollbackRecord): string {
  const of = (shares: RollbackRecord['weights'][number]['before']) =>
    shares.filter(({ to }) => to === canary).reduce((sum, { weight }) => sum + weight, 0);
  const [most] = weights.toSorted((a, b) => of(b.before) - of(a.before));
  return most && outcome === 'rolled-back' ? `, weight ${of(most.before)} → ${of(most.after)}` : '';
}
