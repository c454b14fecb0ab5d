import type { Report } from '#shared/contracts/report.ts';
import type { Figures, ServiceFigures } from '#shared/domain/report/report.ts';
import { windowText } from '#shared/domain/report/report-window.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { reportQuery } from './links.ts';
import { faceOf } from './outcome-words.ts';
import { type Cell, longTable, table } from './table.ts';
import { counted, duration, grouped, minute, percent, whereWords } from './words.ts';

const numeric = (head: string) => ({ head, numeric: true });
const spare = (head: string) => ({ head, numeric: true, spare: true });

/** As many services as a person looks through; the others are a click away. */
const SHOWN = 50;

export function serviceSection({ services, window }: Report): Html {
  if (services.listed.length === 0) return html``;
  const rest =
    services.leftOut > 0
      ? html`<p class="soft">${counted(services.leftOut, 'more service')} with fewer episodes, in the totals but not shown here.</p>`
      : '';
  return html`<section>
<h2>By service</h2>
${longTable(
  {
    caption: 'By service',
    columns: [
      { head: 'Service' },
      spare('Episodes'),
      numeric('Missed'),
      numeric('Attainment'),
      spare('p50'),
      numeric('p95'),
      spare('Slowest'),
    ],
    rows: services.listed.map((figures) => serviceRow(figures, windowText(window))),
    shape: 'stacks',
  },
  SHOWN,
  (count) => `${counted(count, 'more service')}, with fewer episodes`,
)}${rest}</section>
`;
}

function serviceRow(figures: ServiceFigures, window: string): Cell[] {
  const { cluster, namespace, service, episodes, alertToZero: times } = figures;
  const known = service !== '-';
  const name = known
    ? html`<a href="/${reportQuery(window, { cluster, namespace, service })}">${service}</a>`
    : 'service unknown';
  return [
    html`${name}<br><span class="soft small">${whereWords(figures)}</span>`,
    grouped(episodes.met + episodes.missed),
    grouped(episodes.missed),
    share(figures.attainment),
    span(times?.p50Ms),
    span(times?.p95Ms),
    span(times?.maxMs),
  ];
}

type Compared = {
  readonly name: string;
  readonly of: (figures: Figures) => number | undefined;
  readonly words: (value: number) => string;
  /** How large a change is, where that is another unit. */
  readonly sizeWords?: (size: number) => string;
  /** Which way is better; counts of what happened are neither. */
  readonly better?: 'more' | 'less';
};

const COMPARED: readonly Compared[] = [
  { name: 'Attainment', of: ({ attainment }) => attainment, words: percent, sizeWords: points, better: 'more' },
  { name: 'Episodes', of: ({ episodes }) => episodes.met + episodes.missed, words: grouped },
  { name: 'Missed', of: ({ episodes }) => episodes.missed, words: grouped, better: 'less' },
  { name: 'p50, alert to zero', of: ({ alertToZero }) => alertToZero?.p50Ms, words: duration, better: 'less' },
  { name: 'p90', of: ({ alertToZero }) => alertToZero?.p90Ms, words: duration, better: 'less' },
  { name: 'p95', of: ({ alertToZero }) => alertToZero?.p95Ms, words: duration, better: 'less' },
  { name: 'p99', of: ({ alertToZero }) => alertToZero?.p99Ms, words: duration, better: 'less' },
  { name: 'Slowest', of: ({ alertToZero }) => alertToZero?.maxMs, words: duration, better: 'less' },
];

export function comparisonSection({ total, before }: Report): Html {
  if (total.rollbacks.total + before.total.rollbacks.total === 0) return html``;
  return html`<section>
<h2>Compared with the window before</h2>
<p class="soft small">Before: ${minute(Date.parse(before.from))} to ${minute(Date.parse(before.to))}.</p>
${table({
  caption: 'Compared with the window before',
  columns: [{ head: 'Figure' }, numeric('This window'), numeric('Before'), numeric('Change')],
  rows: COMPARED.map((compared) => comparison(compared, total, before.total)),
  shape: 'stacks',
})}</section>
`;
}

function comparison({ name, of, words, sizeWords = words, better }: Compared, now: Figures, then: Figures): Cell[] {
  const [a, b] = [of(now), of(then)];
  const said = (value: number | undefined) => (value === undefined ? '–' : words(value));
  if (a === undefined || b === undefined) return [name, said(a), said(b), '–'];
  if (said(a) === said(b)) return [name, said(a), said(b), 'the same'];
  const size = `${a > b ? '+' : '−'}${sizeWords(Math.abs(a - b))}`;
  if (!better) return [name, said(a), said(b), size];
  const improved = a > b === (better === 'more');
  return [
    name,
    said(a),
    said(b),
    html`<span class="${improved ? 'good' : 'bad'}">${size}, ${improved ? 'better' : 'worse'}</span>`,
  ];
}

export function outcomeSection({ total }: Report): Html {
  const { byOutcome, total: all } = total.rollbacks;
  if (all === 0) return html``;
  return html`<section>
<h2>All ${counted(all, 'rollback')} by outcome</h2>
${table({
  caption: 'Rollbacks by outcome and reason',
  columns: [{ head: 'Outcome' }, numeric('Rollbacks'), { head: 'Reasons' }],
  rows: byOutcome.map(({ outcome, count, reasons }) => [
    html`<span class="${faceOf(outcome).tone}">${faceOf(outcome).sign}</span> ${faceOf(outcome).words}`,
    grouped(count),
    reasons.map(({ reason, count: times }) => `${reason} ${grouped(times)}`).join(', ') || '–',
  ]),
})}<p class="soft small">An episode is one canary from its first alert until it is at zero; each further alert about it is a rollback of its own here, and the SLA counts the episode once. Not counted: ${counted(total.episodes.notCounted, 'episode')} in which nothing was owed.</p></section>
`;
}

/** A difference of shares is no share. */
function points(size: number): string {
  return `${Number((size * 100).toFixed(2))} points`;
}

function share(value: number | undefined): string {
  return value === undefined ? '–' : percent(value);
}

function span(ms: number | undefined): string {
  return ms === undefined ? '–' : duration(ms);
}
