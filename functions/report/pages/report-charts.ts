import type { Report } from '#shared/contracts/report.ts';
import type { Figures, Percentiles } from '#shared/domain/report/report.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { attainmentChart } from './charts/attainment-chart.ts';
import { bandChart } from './charts/band-chart.ts';
import { histogramChart } from './charts/histogram-chart.ts';
import { stageBar } from './charts/stage-bar.ts';
import { STAGE_WORDS } from './stage-words.ts';
import { table } from './table.ts';
import { duration, grouped } from './words.ts';

/** The four pictures, each where there is something to see. */
export function chartSection(report: Report): Html {
  const { total, days, objective, targetMs, histogram } = report;
  const attained = attainmentChart({
    id: 'attainment',
    days: days.map(({ day, episodes: { met, missed } }) => ({ day, met, missed })),
    objective,
  });
  const band = bandChart({
    id: 'band',
    days: days.map(({ day, alertToZero }) => ({
      day,
      count: alertToZero?.count ?? 0,
      p50: alertToZero?.p50Ms,
      p95: alertToZero?.p95Ms,
    })),
    targetMs,
  });
  const { met, missed } = total.episodes;
  if (met + missed === 0 && !total.alertToZero) return html``;
  return html`${stageSection(total)}<section>
<h2>Day by day</h2>
<div class="charts">
${met + missed > 0 ? attained : ''}${total.alertToZero ? band : ''}</div>
</section>
${total.alertToZero ? durations(total, histogramChart({ id: 'histogram', bins: histogram, targetMs })) : ''}`;
}

function stageSection({ stages }: Figures): Html {
  if (stages.length === 0) return html``;
  const bar = stageBar({
    id: 'stages',
    title: 'From the alert to zero, on average',
    stages: stages.map(({ stage, meanMs, share }) => ({ name: STAGE_WORDS[stage], ms: meanMs, share })),
    timeHead: 'Mean',
  });
  return html`<section>
<h2>Where the time went</h2>
${bar}</section>
`;
}

function durations({ alertToZero, alertToNotified }: Figures, histogram: Html): Html {
  return html`<section>
<h2>How long it took</h2>
<div class="charts">
${histogram}<div>${table({
    caption: 'Percentiles',
    columns: [
      { head: 'Percentile' },
      { head: 'Alert to zero', numeric: true },
      { head: 'Alert to notified', numeric: true },
    ],
    rows: PERCENTILES.map(({ name, of }) => [name, words(alertToZero, of), words(alertToNotified, of)]),
  })}<p class="soft small">p95: 95 of 100 took no longer. Late ones and those with a wrong clock are left out, and listed below.</p></div>
</div>
</section>
`;
}

const PERCENTILES: readonly { name: string; of: (figures: Percentiles) => string }[] = [
  { name: 'p50', of: ({ p50Ms }) => duration(p50Ms) },
  { name: 'p90', of: ({ p90Ms }) => duration(p90Ms) },
  { name: 'p95', of: ({ p95Ms }) => duration(p95Ms) },
  { name: 'p99', of: ({ p99Ms }) => duration(p99Ms) },
  { name: 'slowest', of: ({ maxMs }) => duration(maxMs) },
  { name: 'measured', of: ({ count }) => grouped(count) },
];

function words(figures: Percentiles | undefined, of: (figures: Percentiles) => string): string {
  return figures ? of(figures) : '–';
}
