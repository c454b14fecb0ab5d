import { alertLinks } from '#shared/domain/alert-links.ts';
import { isBare, type RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { linkTo, rollbackPath } from './links.ts';
import { table } from './table.ts';
import { counted } from './words.ts';

/** The alert as it came: its links first, as they are what a person follows. */
export function alertSection({ alert, truncatedAlerts, requestedBy }: RollbackRecord): Html {
  if (requestedBy) return html``;
  if (isBare(alert)) {
    return html`<section>
<h2>The alert</h2>
<p>Known by the journal of the VirtualService alone; firing of <code>${alert.fingerprint}</code>.</p>
</section>
`;
  }
  const links = alertLinks(alert).map(({ name, url }) => html`<dt>${name}</dt><dd>${linkTo(url)}</dd>\n`);
  const left =
    truncatedAlerts > 0
      ? html`<p>Alertmanager left ${counted(truncatedAlerts, 'alert')} out of that delivery (<code>max_alerts</code>).</p>\n`
      : '';
  return html`<section>
<h2>The alert</h2>
${links.length > 0 ? html`<dl class="facts">\n${links}</dl>\n` : ''}${left}${pairs('Label', alert.labels)}${pairs('Annotation', alert.annotations)}</section>
`;
}

const EMPTY = html`<span class="soft">(empty)</span>`;

function pairs(head: string, values: Readonly<Record<string, string>>): Html {
  const rows = Object.entries(values).map(([name, value]) => [name, value === '' ? EMPTY : value]);
  if (rows.length === 0) return html``;
  return table({ caption: `${head}s of the alert`, columns: [{ head }, { head: 'Value' }], rows, shape: 'pairs' });
}

/** What the record says about itself. */
export function recordSection(record: RollbackRecord): Html {
  const { id, version, episode, canary, stableReadiness, unknowns, alert } = record;
  const joined =
    episode && episode.id !== id
      ? html`<dt>Episode</dt><dd>began with <a href="${rollbackPath(episode.id)}">an earlier alert</a>, and counts once</dd>\n`
      : '';
  return html`<section>
<h2>The record</h2>
<dl class="facts">
<dt>Rollback</dt><dd><code>${id}</code>, version ${version} (<a href="/v1${rollbackPath(id)}">JSON</a>)</dd>
${joined}<dt>Canary</dt><dd>${canary === '-' ? 'not known' : canary}</dd>
<dt>Stable side</dt><dd>${READINESS[stableReadiness]}</dd>
<dt>Alert’s fingerprint</dt><dd><code>${alert.fingerprint}</code></dd>
${unknowns.length > 0 ? html`<dt>No answer in time</dt><dd>${unknowns.join(', ')}</dd>\n` : ''}</dl>
</section>
`;
}

const READINESS: Readonly<Record<RollbackRecord['stableReadiness'], string>> = {
  ready: 'had ready endpoints',
  'not-ready': 'had no ready endpoint',
  unknown: 'readiness not known: the cluster did not say in time',
  'not-asked': 'readiness not asked',
};
