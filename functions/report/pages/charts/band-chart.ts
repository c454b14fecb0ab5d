import { scaleBand, scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import { type Html, html } from '#shared/runtime/html.ts';
import { counted, dayOf, duration, shortDay } from '../words.ts';
import { below, fixed, level, limit, PLOT, percentX, some, stretched } from './axes.ts';
import { figure, key } from './figure.ts';
import { tickWords, timeTicks } from './time-ticks.ts';

/** Percentiles of one day's alert-to-zero, ms; absent where none was measured. */
export type BandDay = {
  readonly day: string;
  readonly count: number;
  readonly p50?: number | undefined;
  readonly p95?: number | undefined;
};
type Measured = BandDay & { readonly p50: number; readonly p95: number };

const HEIGHT = 220;
const BOTTOM = HEIGHT - PLOT.bottom;

/** Half of each day's rollbacks were as fast as the line, 95 % within the band; on a scale of ratios. */
export function bandChart(parts: {
  readonly id: string;
  readonly days: readonly BandDay[];
  readonly targetMs: number;
}): Html {
  const { id, days, targetMs } = parts;
  const measured = days.filter(isMeasured);
  const { from, to, ticks } = timeTicks([targetMs, ...measured.flatMap(({ p50, p95 }) => [p50, p95])]);
  const x = scaleBand<string>()
    .domain(days.map(({ day }) => day))
    .range([0, 100]);
  const y = scaleLog().domain([from, to]).range([BOTTOM, PLOT.top]).clamp(true);
  const middle = (day: string) => (x(day) ?? 0) + x.bandwidth() / 2;
  const height = (ms: number) => fixed(y(Math.max(ms, from)));
  const band = area<BandDay>()
    .defined(isMeasured)
    .x(({ day }) => middle(day))
    .y0(({ p50 = from }) => height(p50))
    .y1(({ p95 = from }) => height(p95))
    .digits(2);
  const half = line<BandDay>()
    .defined(isMeasured)
    .x(({ day }) => middle(day))
    .y(({ p50 = from }) => height(p50))
    .digits(2);
  const spans = measured.map(({ day, p50, p95 }) => {
    const at = percentX(middle(day));
    const words = `${shortDay(day)}: half within ${duration(p50)}, 95 % within ${duration(p95)}`;
    return html`<line class="span" x1="${at}" x2="${at}" y1="${height(p50)}" y2="${height(p95)}"/><circle class="main" cx="${at}" cy="${height(p50)}" r="2.5"><title>${words}</title></circle>\n`;
  });
  const over = measured.filter(({ p95 }) => p95 > targetMs).length;
  return figure({
    id,
    title: 'Alert to zero by day',
    says: `Half of each day’s rollbacks took no longer than the line (p50), 95 of 100 no longer than the top of the band (p95); the SLA target is ${duration(targetMs)}. ${counted(measured.length, 'day')} measured; p95 above the target on ${over}.`,
    height: HEIGHT,
    drawing: [
      ...some(ticks.toReversed(), 7).map((tick) => level(y(tick), tickWords(tick))),
      stretched(HEIGHT, [
        html`<path class="band" d="${band(days) ?? ''}"/><path class="line" d="${half(days) ?? ''}"/>`,
      ]),
      ...spans,
      limit(y(targetMs), `SLA target ${duration(targetMs)}`),
      ...some(days, 5).map(({ day }) => below(middle(day), BOTTOM, shortDay(day))),
    ],
    legend: html`<span class="key">● p50, half were as fast</span> ${key('band', 'up to p95')}<span class="key">logarithmic scale</span>`,
    columns: [
      { head: 'Day (UTC)' },
      { head: 'Measured', numeric: true },
      { head: 'p50', numeric: true },
      { head: 'p95', numeric: true },
    ],
    rows: days.map(({ day, count, p50, p95 }) => [dayOf(day), count, words(p50), words(p95)]),
  });
}

function isMeasured(day: BandDay): day is Measured {
  return day.p50 !== undefined && day.p95 !== undefined;
}

function words(ms: number | undefined): string {
  return ms === undefined ? '–' : duration(ms);
}
