import { scaleBand, scaleLinear } from 'd3-scale';
import { type Html, html } from '#shared/runtime/html.ts';
import { counted, dayOf, percent, shortDay } from '../words.ts';
import { below, fixed, level, PLOT, percentX, some } from './axes.ts';
import { dashed, figure } from './figure.ts';

/** One day of the window; `day` is `YYYY-MM-DD`. */
export type AttainmentDay = { readonly day: string; readonly met: number; readonly missed: number };

const HEIGHT = 190;
const BOTTOM = HEIGHT - PLOT.bottom;
/** Where the scale may begin: as high as the worst day allows, so that 98 % and 100 % are not the same height. */
const FLOORS = [0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0];

/** The share of each day's episodes that met their SLA: a mark, and a stem down to it from the objective that it fell short of. */
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
  const y = scaleLinear().domain([floor, 1]).range([BOTTOM, 10]);
  const middle = (day: string) => (x(day) ?? 0) + x.bandwidth() / 2;
  const size = days.length > 40 ? 2.5 : 4;
  const marks = counting.map(({ day, share, met, missed }) => {
    const words = `${shortDay(day)}: ${percent(share)}, ${met} of ${met + missed} in time`;
    const at = { x: percentX(middle(day)), y: fixed(y(share)), size };
    return share >= objective ? good(at, words) : bad(at, fixed(y(objective)), words);
  });
  const under = counting.filter(({ share }) => share < objective).length;
  return figure({
    id,
    title: 'Attainment by day',
    says: `Share of each day’s episodes that were at zero in time, against the objective of ${percent(objective)}. ${counted(counting.length, 'day')} with episodes; ${under} under the objective; the worst at ${percent(counting.length > 0 ? Math.min(...counting.map(({ share }) => share)) : 1)}.`,
    height: HEIGHT,
    drawing: [
      ...y.ticks(3).map((tick) => level(y(tick), percent(tick))),
      ...marks,
      html`<line class="limit" x1="0" x2="100%" y1="${fixed(y(objective))}" y2="${fixed(y(objective))}"/>\n`,
      ...some(days, 5).map(({ day }) => below(middle(day), BOTTOM, shortDay(day))),
    ],
    legend: html`${dashed(`objective ${percent(objective)}`)}<span class="key">● at or above the objective</span> <span class="key">▼ below it</span> <span class="key">no mark: no episode that day</span>`,
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

type Mark = { readonly x: string; readonly y: number; readonly size: number };

function good({ x, y, size }: Mark, words: string): Html {
  return html`<circle class="main" cx="${x}" cy="${y}" r="${size}"><title>${words}</title></circle>\n`;
}

function bad({ x, y, size }: Mark, from: number, words: string): Html {
  const half = size * 1.4;
  return html`<line class="stem bad" x1="${x}" x2="${x}" y1="${from}" y2="${y}"/><svg x="${x}" y="${y}" overflow="visible"><path class="bad" d="M${-half},${-half}L${half},${-half}L0,${half}Z"><title>${words}</title></path></svg>\n`;
}
