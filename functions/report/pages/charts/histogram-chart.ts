import { scaleLinear, scaleLog } from 'd3-scale';
import { type Html, html } from '#shared/runtime/html.ts';
import { counted, duration, grouped } from '../words.ts';
import { apart, below, fixed, level, PLOT, percentX } from './axes.ts';
import { figure, key } from './figure.ts';
import { tickWords, timeTicks } from './time-ticks.ts';

/** How many took from `fromMs` to less than `toMs`. */
export type Bin = { readonly fromMs: number; readonly toMs: number; readonly count: number };

const HEIGHT = 200;
const BOTTOM = HEIGHT - PLOT.bottom;

/** How many rollbacks took how long, on a scale of ratios, with the SLA target as a line through it. */
export function histogramChart(parts: {
  readonly id: string;
  readonly bins: readonly Bin[];
  readonly targetMs: number;
}): Html {
  const { id, targetMs } = parts;
  const bins = parts.bins.filter(({ count }) => count > 0);
  const { from, to, ticks } = timeTicks([targetMs, ...bins.flatMap(({ fromMs, toMs }) => [fromMs || toMs / 2, toMs])]);
  const x = scaleLog().domain([from, to]).range([0, 100]).clamp(true);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...bins.map(({ count }) => count))])
    .nice(3)
    .range([BOTTOM, PLOT.top]);
  const bars = bins.map(({ fromMs, toMs, count }) => {
    const left = x(Math.max(fromMs, from));
    const top = fixed(Math.min(y(count), BOTTOM - 1.5));
    const mark = fromMs >= targetMs ? 'fill-hatch' : 'main';
    const words = `${duration(fromMs)} to ${duration(toMs)}: ${grouped(count)}`;
    return html`<rect class="${mark} edged" x="${percentX(left)}" width="${percentX(x(toMs) - left)}" y="${top}" height="${fixed(BOTTOM - top)}"><title>${words}</title></rect>\n`;
  });
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  const over = bins.filter(({ fromMs }) => fromMs >= targetMs).reduce((sum, { count }) => sum + count, 0);
  const at = percentX(x(targetMs));
  // On the side where there is room for them.
  const beside = x(targetMs) < 45 ? html`dx="6"` : html`dx="-6" text-anchor="end"`;
  return figure({
    id,
    title: 'Rollbacks by time from alert to zero',
    says: `${counted(all, 'rollback')} by how long they took; ${grouped(over)} of them in bars wholly above the SLA target of ${duration(targetMs)}.`,
    height: HEIGHT,
    drawing: [
      ...y
        .ticks(3)
        .filter(Number.isInteger)
        .map((tick) => level(y(tick), grouped(tick))),
      ...bars,
      html`<line class="limit" x1="${at}" x2="${at}" y1="4" y2="${BOTTOM}"/><text class="limit-words" x="${at}" y="12" ${beside}>SLA target ${duration(targetMs)}</text>\n`,
      ...apart(ticks, x).map((tick) => below(x(tick), BOTTOM, tickWords(tick))),
    ],
    legend: html`${key('main', 'within the target')}${key('fill-hatch', 'longer')}`,
    columns: [{ head: 'From' }, { head: 'To', numeric: true }, { head: 'Rollbacks', numeric: true }],
    rows: bins.map(({ fromMs, toMs, count }) => [duration(fromMs), duration(toMs), grouped(count)]),
  });
}
