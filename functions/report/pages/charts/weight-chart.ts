import type { WeightChange } from '#shared/domain/weight-change.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { percent, shortDestination } from '../words.ts';
import { percentX } from './axes.ts';
import { figure, key } from './figure.ts';

const ROW = 26;
const GAP = 8;
const OTHERS = ['main', 'fill-stripe', 'fill-dots'];

type Part = { readonly to: string; readonly weight: number; readonly share: number };

/** Who got how much of one route, before and after: two bars, the canary's part hatched. */
export function weightChart(parts: {
  readonly id: string;
  readonly change: WeightChange;
  readonly canary: string;
}): Html {
  const { id, change, canary } = parts;
  const mirror = change.route.endsWith(' mirror');
  const before = partsOf(change.before, mirror);
  const after = partsOf(change.after, mirror);
  const names = [...new Set([...before, ...after].map(({ to }) => to))];
  const others = names.filter((name) => name !== canary);
  const markOf = (to: string) => (to === canary ? 'fill-hatch' : (OTHERS[others.indexOf(to)] ?? 'ink'));
  const called = (to: string) => `${shortDestination(to)}${to === canary ? ' (canary)' : ''}`;
  return figure({
    id,
    title: `${change.virtualService}, route ${change.route}`,
    says: `Before: ${inWords(before, called)}. After: ${inWords(after, called)}.`,
    height: ROW * 2 + GAP,
    drawing: [bar('before', before, 0, markOf), bar('after', after, ROW + GAP, markOf)],
    legend: html`${names.map((name) => key(markOf(name), `${called(name)}: ${weightOf(before, name)} → ${weightOf(after, name)}`))}`,
    columns: [{ head: 'Destination' }, ...heads('before'), ...heads('after')],
    rows: names.map((name) => [called(name), ...cells(before, name), ...cells(after, name)]),
  });
}

/** A single destination gets everything, whatever its weight; a mirror's weight is a percentage of its own. */
function partsOf(shares: WeightChange['before'], mirror: boolean): Part[] {
  const total = mirror ? 100 : shares.reduce((sum, { weight }) => sum + Math.max(0, weight), 0);
  const alone = shares.length === 1 && !mirror;
  return shares.map(({ to, weight }) => ({
    to,
    weight,
    share: alone ? 1 : total > 0 ? Math.max(0, weight) / total : 0,
  }));
}

function bar(when: string, parts: readonly Part[], y: number, markOf: (to: string) => string): Html {
  const rects = parts.map(({ to, share }, index) => {
    const start = parts.slice(0, index).reduce((sum, part) => sum + part.share * 100, 0);
    return share > 0
      ? html`<rect class="${markOf(to)} edged" x="${percentX(start)}" y="${y}" width="${percentX(share * 100)}" height="${ROW}"><title>${when}: ${shortDestination(to)} ${percent(share)}</title></rect>`
      : '';
  });
  return html`<text class="tick" x="-8" y="${y + ROW / 2}" dy="0.32em" text-anchor="end">${when}</text><rect class="empty" x="0" y="${y}" width="100%" height="${ROW}"/>${rects}\n`;
}

function inWords(parts: readonly Part[], called: (to: string) => string): string {
  return (
    parts.map(({ to, weight, share }) => `${called(to)} weight ${weight}, ${percent(share)}`).join('; ') || 'nothing'
  );
}

function heads(when: string) {
  return [
    { head: `Weight ${when}`, numeric: true },
    { head: `Share ${when}`, numeric: true },
  ];
}

function weightOf(parts: readonly Part[], name: string): string {
  const found = parts.filter(({ to }) => to === name);
  return found.length > 0 ? String(found.reduce((sum, { weight }) => sum + weight, 0)) : 'none';
}

function cells(parts: readonly Part[], name: string) {
  const found = parts.filter(({ to }) => to === name);
  if (found.length === 0) return ['–', '–'];
  const sum = (pick: (part: Part) => number) => found.reduce((total, part) => total + pick(part), 0);
  return [sum(({ weight }) => weight), percent(sum(({ share }) => share))];
}
