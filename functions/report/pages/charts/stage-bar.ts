import { type Html, html } from '#shared/runtime/html.ts';
import { duration, percent } from '../words.ts';
import { percentX } from './axes.ts';
import { figure, key } from './figure.ts';

/** One part of the way from the alert to zero: how long it took, and which part of all that is, 0 to 1. */
export type StagePart = { readonly name: string; readonly ms: number; readonly share: number };

const HEIGHT = 34;
/** In the order of the stages: told apart without colour, too. */
const MARKS = ['main', 'fill-stripe', 'fill-dots', 'ink'];
/** What would be too thin to see, %. */
const LEAST = 0.8;

/** One bar, cut where one stage ended and the next began. */
export function stageBar(parts: {
  readonly id: string;
  readonly title: string;
  readonly stages: readonly StagePart[];
  /** What the times are: of one rollback, or means of many. */
  readonly timeHead: string;
}): Html {
  const { id, title, stages, timeHead } = parts;
  const drawn = widths(stages.map(({ share }) => share * 100));
  const inWords = ({ name, ms, share }: StagePart) => `${name}: ${duration(ms)} (${percent(share)})`;
  const bars = stages.map((stage, index) => {
    const start = drawn.slice(0, index).reduce((sum, width) => sum + width, 0);
    return html`<rect class="${markOf(index)} edged" x="${percentX(start)}" y="1" width="${percentX(drawn[index] ?? 0)}" height="${HEIGHT - 2}"><title>${inWords(stage)}</title></rect>\n`;
  });
  return figure({
    id,
    title,
    says: `${stages.map(inWords).join('; ')}.`,
    height: HEIGHT,
    wide: true,
    drawing: bars,
    legend: html`${stages.map((stage, index) => key(markOf(index), inWords(stage)))}`,
    columns: [{ head: 'Stage' }, { head: timeHead, numeric: true }, { head: 'Share', numeric: true }],
    rows: stages.map(({ name, ms, share }) => [name, duration(ms), percent(share)]),
  });
}

function markOf(index: number): string {
  return MARKS[index] ?? 'ink';
}

/** Every stage that took any time is seen; the widest one pays for it. */
function widths(shares: readonly number[]): number[] {
  const raised = shares.map((share) => (share > 0 && share < LEAST ? LEAST : share));
  const over = raised.reduce((sum, width) => sum + width, 0) - shares.reduce((sum, width) => sum + width, 0);
  const widest = raised.indexOf(Math.max(...raised));
  return raised.map((width, index) => (index === widest ? width - over : width));
}
