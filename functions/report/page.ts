import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { stagesOf } from '#shared/domain/timeline.ts';
import type { WeightChange } from '#shared/domain/weight-change.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { STYLE } from './style.ts';

/** The last rollbacks with their timelines, newest first. */
export function page(records: readonly RollbackRecord[], now: number): Html {
  const none = html`<p>Nothing has been rolled back yet. Alertmanager posts to <code>/v1/alerts</code>.</p>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Weightless: the last rollbacks</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<h1>The last rollbacks</h1>
<p class="muted">${records.length} shown, newest first, as of ${time(now)}.</p>
<main>
${records.length === 0 ? none : records.map(rollback)}
</main>
</body>
</html>
`;
}

function rollback(record: RollbackRecord): Html {
  const { alert, outcome, reason, cluster, canary } = record;
  return html`<article>
<header class="row">
<h2>${canary === '-' ? 'canary unknown' : canary}</h2>
<span class="outcome ${outcome}">${outcome}${reason ? `: ${reason}` : ''}</span>
</header>
${timeline(record)}
<p>${record.message}</p>
${record.weights.map(weights)}
<dl>
<dt>Alert</dt><dd>${alert.name || 'unnamed'} <span class="muted">${alert.fingerprint}</span></dd>
<dt>Cluster</dt><dd>${cluster}</dd>
<dt>VirtualServices</dt><dd>${record.virtualServices.join(', ') || 'none'}</dd>
<dt>SLA</dt><dd>${sla(record)}</dd>
<dt>Can still reach it</dt><dd>${residual(record)}</dd>
<dt>Rollback</dt><dd class="muted">${record.id}</dd>
</dl>
${record.commands.map(({ does, run }) => html`<p>To ${does}:<br><code>${run}</code></p>\n`)}
</article>
`;
}

/** The stages from the alert's start, each with its distance from the one before. */
function timeline(record: RollbackRecord): Html {
  const known = stagesOf(record.timeline);
  const items = known.map(({ name, at }, index) => {
    const before = known[index - 1]?.at;
    const distance = before === undefined ? time(at) : `${at < before ? '−' : '+'}${duration(Math.abs(at - before))}`;
    return html`<li>${name} ${distance}</li>`;
  });
  return html`<ol class="timeline" aria-label="Timeline">${items}</ol>`;
}

function weights({ virtualService, route, before, after }: WeightChange): Html {
  const rows = after.map(
    ({ to, weight }, index) =>
      html`<tr><td>${before[index]?.to === to ? to : `${before[index]?.to} → ${to}`}</td><td class="n">${before[index]?.weight}</td><td class="n">${weight}</td></tr>`,
  );
  return html`<table>
<thead><tr><th>${virtualService}, route ${route}</th><th class="n">before</th><th class="n">after</th></tr></thead>
<tbody>${rows}</tbody>
</table>
`;
}

function sla({ sla: judged }: RollbackRecord): string {
  const target = `target ${duration(judged.targetMs)}`;
  const marks = [
    judged.late ? 'received late' : '',
    judged.clockSkew ? 'the alert’s clock is ahead of ours' : '',
  ].filter(Boolean);
  const more = marks.length > 0 ? `; ${marks.join('; ')}` : '';
  if (judged.met === undefined) return `${target}; ${judged.count}${more}`;
  return `${judged.met ? 'met' : 'missed'}: ${duration(judged.alertToZeroMs ?? 0)} from alert to zero, ${target}${more}`;
}

function residual({ residual: left, canary }: RollbackRecord): string {
  if (canary === '-') return 'not known';
  if (left === 'unknown') return 'not known: the cluster could not be asked';
  return left.map(({ what }) => what).join('; ') || 'nothing that we know of';
}

function time(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.replace('T', ' ').replace('Z', ' UTC')}</time>`;
}

function duration(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 1000) return `${sign}${size} ms`;
  if (size < 10_000) return `${sign}${(size / 1000).toFixed(2)} s`;
  if (size < 120_000) return `${sign}${Number((size / 1000).toFixed(1))} s`;
  const minutes = Math.floor(size / 60_000);
  if (minutes < 120) return `${sign}${minutes} min ${Math.round((size % 60_000) / 1000)} s`;
  return `${sign}${(minutes / 60).toFixed(1)} h`;
}
