import { scaleBand, scaleLinear } from 'd3-scale';
import { type Html, html } from '#shared/runtime/html.ts';
import { counted, dayOf, percent, shortDay } from '../words.ts';
import { below, fixed, level, limit, PLOT, percentX, some } from './axes.ts';
import { figure } from './figure.ts';

/** One day of the window; `day` is `YYYY-MM-DD`. */
export type AttainmentDay = { readonly day: string; readonly met: number; readonly missed: number };

const HEIGHT = 190;
const BOTTOM = HEIGHT - PLOT.bottom;
/** Where the scale may begin: as high as the worst day allows, so that 98 % and 100 % are not the same height. */
const FLOORS = [0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0];

/** The share of each day's episodes that met their SLA: a stem from the objective up, or down, to the day's mark. */
export function attainmentChart(parts: {
  readonly id: string;
  readonly days: readonly AttainmentDay[];
  readonly objective: number;
}): Html {
  const { id, days, objective } = parts;
  const counting = days.flatMap((one) => (one.met + one.missed > 0 ? [{ ...one, share: shareOf(one) }] : []));
  const worst = Math.min(objective, ...counting.map(({ share }) => share));
  const floor = FLOORS.find((one) => one < objective && one <= worst) ?? 0;
  const x = scaleBand<string>()
    .domain(days.map(({ day }) => day))
    .range([0, 100]);
  const y = scaleLinear().domain([floor, 1]).range([BOTTOM, PLOT.top]);
  const middle = (day: string) => (x(day) ?? 0) + x.bandwidth() / 2;
  const marks = counting.map(({ day, share, met, missed }) => {
    const words = `${shortDay(day)}: ${percent(share)}, ${met} of ${met + missed} in time`;
    return mark(percentX(middle(day)), fixed(y(objective)), fixed(y(share)), share >= objective, words);
  });
  const under = counting.filter(({ share }) => share < objective).length;
  return figure({
    id,
    title: 'Attainment by day',
    says: `Share of each day’s episodes that were at zero in time, against the objective of ${percent(objective)}. ${counted(counting.length, 'day')} with episodes; ${under} under the objective; the worst at ${percent(counting.length > 0 ? Math.min(...counting.map(({ share }) => share)) : 1)}.`,
    height: HEIGHT,
    drawing: [
      ...y.ticks(3).map((tick) => level(y(tick), percent(tick))),
      limit(y(objective), `objective ${percent(objective)}`),
      ...marks,
      ...some(days, 5).map(({ day }) => below(middle(day), BOTTOM, shortDay(day))),
    ],
    legend: html`<span class="key">● at or above the objective</span> <span class="key">▼ below it</span> <span class="key">no mark: no episode that day</span>`,
    columns: [
      { head: 'Day (UTC)' },
      { head: 'Episodes', numeric: true },
      { head: 'In time', numeric: true },
      { head: 'Missed', numeric: true },
      { head: 'Attainment', numeric: true },
    ],
    rows: days.map((one) => {
      const all = one.met + one.missed;
      return [dayOf(one.day), all, one.met, one.missed, all > 0 ? percent(shareOf(one)) : '–'];
    }),
  });
}

function shareOf({ met, missed }: AttainmentDay): number {
  return met / (met + missed);
}

function mark(x: string, from: number, to: number, good: boolean, words: string): Html {
  const stem = html`<line class="stem ${good ? 'main' : 'bad'}" x1="${x}" x2="${x}" y1="${from}" y2="${to}"/>`;
  const head = good
    ? html`<circle class="main" cx="${x}" cy="${to}" r="4"><title>${words}</title></circle>`
    : html`<svg x="${x}" y="${to}" overflow="visible"><path class="bad" d="M-5.5,-5L5.5,-5L0,5Z"><title>${words}</title></path></svg>`;
  return html`${stem}${head}\n`;
}
