import { describe, expect, it } from 'vitest';
import { attainmentChart } from '#functions/report/pages/charts/attainment-chart.ts';
import { bandChart } from '#functions/report/pages/charts/band-chart.ts';
import { histogramChart } from '#functions/report/pages/charts/histogram-chart.ts';
import { stageBar } from '#functions/report/pages/charts/stage-bar.ts';
import { weightChart } from '#functions/report/pages/charts/weight-chart.ts';
import type { Html } from '#shared/runtime/html.ts';
import { readMarkup } from '#test/doubles/markup.ts';

/** The rows of the chart's table, as they read. */
function rowsOf({ markup }: Html): string[] {
  const rows = markup.slice(markup.indexOf('<tbody>')).match(/<tr>.*<\/tr>/g) ?? [];
  return rows.map((row) =>
    row
      .replaceAll('</t', ' </t')
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll('\u00a0', ' ')
      .trim()
      .replaceAll(/ +/g, ' '),
  );
}

/** What the marks of the drawing say of themselves. */
function marksOf({ markup }: Html): string[] {
  const drawing = markup.slice(markup.indexOf('</desc>'), markup.indexOf('<p class="legend">'));
  return [...drawing.matchAll(/<title>([^<]*)<\/title>/g)].map(([, words = '']) => words.replaceAll('\u00a0', ' '));
}

function desc({ markup }: Html): string {
  return /<desc[^>]*>([^<]*)</.exec(markup)?.[1]?.replaceAll('\u00a0', ' ') ?? '';
}

describe('attainment by day', () => {
  const chart = attainmentChart({
    id: 'a',
    days: [
      { day: '2026-03-01', met: 9, missed: 1 },
      { day: '2026-03-02', met: 0, missed: 0 },
      { day: '2026-03-03', met: 4, missed: 0 },
    ],
    objective: 0.99,
  });

  it('marks the days that had episodes, and lists all with the same numbers', () => {
    expect(marksOf(chart)).toEqual(['1 Mar: 90 %, 9 of 10 in time', '3 Mar: 100 %, 4 of 4 in time']);
    expect(rowsOf(chart)).toEqual(['1 Mar 2026 10 9 1 90 %', '2 Mar 2026 0 0 0 –', '3 Mar 2026 4 4 0 100 %']);
  });

  it('tells a day under the objective by its shape, too', () => {
    expect(chart.markup.match(/<circle class="main"/g)).toHaveLength(1);
    expect(chart.markup.match(/<path class="bad"/g)).toHaveLength(1);
  });

  it('says how many days were under the objective', () => {
    expect(desc(chart)).toContain('2 days with episodes; 1 under the objective; the worst at 90 %');
  });

  it.each([0, 0.5, 1])('draws within its frame at an objective of %d', (objective) => {
    const { elements } = readMarkup(
      attainmentChart({ id: 'a', days: [{ day: '2026-03-01', met: 1, missed: 3 }], objective }).markup,
    );

    const heights = elements.flatMap(({ attributes }) =>
      ['y1', 'y2', 'cy', 'y'].flatMap((name) => attributes.get(name) ?? []),
    );
    expect(heights.map(Number).filter((y) => !(y >= 0 && y <= 190))).toEqual([]);
  });
});

describe('alert to zero by day', () => {
  const days = [
    { day: '2026-03-01', count: 3, p50: 4000, p95: 9000 },
    { day: '2026-03-02', count: 0 },
    { day: '2026-03-03', count: 1, p50: 70_000, p95: 70_000 },
  ];
  const chart = bandChart({ id: 'b', days, targetMs: 60_000 });

  it('marks the measured days, and lists all with the same numbers', () => {
    expect(marksOf(chart)).toEqual([
      '1 Mar: half within 4 s, 95 % within 9 s',
      '3 Mar: half within 1 min 10 s, 95 % within 1 min 10 s',
    ]);
    expect(rowsOf(chart)).toEqual(['1 Mar 2026 3 4 s 9 s', '2 Mar 2026 0 – –', '3 Mar 2026 1 1 min 10 s 1 min 10 s']);
  });

  it('draws the SLA line, and nothing over a day without a measurement', () => {
    expect(chart.markup).toContain('SLA target 1\u00a0min');
    expect(/class="line" d="([^"]*)"/.exec(chart.markup)?.[1]?.match(/M/g)).toHaveLength(2);
    expect(chart.markup).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('holds a length of nothing', () => {
    const instant = bandChart({ id: 'b', days: [{ day: '2026-03-01', count: 1, p50: 0, p95: 0 }], targetMs: 60_000 });

    expect(instant.markup).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the histogram', () => {
  const bins = [
    { fromMs: 0, toMs: 1000, count: 2 },
    { fromMs: 1000, toMs: 2000, count: 0 },
    { fromMs: 59_000, toMs: 61_000, count: 5 },
    { fromMs: 61_000, toMs: 90_000, count: 1 },
  ];
  const chart = histogramChart({ id: 'h', bins, targetMs: 60_000 });

  it('has a bar for each bin that holds something, with the same numbers in its table', () => {
    expect(marksOf(chart)).toEqual(['0 ms to 1 s: 2', '59 s to 1 min 1 s: 5', '1 min 1 s to 1 min 30 s: 1']);
    expect(rowsOf(chart)).toEqual(['0 ms 1 s 2', '59 s 1 min 1 s 5', '1 min 1 s 1 min 30 s 1']);
  });

  it('tells what took too long by its pattern, too', () => {
    expect(chart.markup.match(/<rect class="fill-hatch edged"/g)).toHaveLength(1);
    expect(desc(chart)).toContain(
      '8 rollbacks by how long they took; 1 of them in bars wholly above the SLA target of 1 min',
    );
  });

  it('draws within its frame', () => {
    const { elements } = readMarkup(chart.markup);

    const bars = elements.filter(({ attributes }) => attributes.get('class')?.includes('edged'));
    const rights = bars.map(
      ({ attributes }) =>
        Number.parseFloat(attributes.get('x') ?? '') + Number.parseFloat(attributes.get('width') ?? ''),
    );
    expect(rights.every((right) => right > 0 && right <= 100.01)).toBe(true);
    expect(chart.markup).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the stage bar', () => {
  const stages = [
    { name: 'held', ms: 30_000, share: 0.9995 },
    { name: 'found', ms: 15, share: 0.0005 },
    { name: 'patched', ms: 0, share: 0 },
  ];
  const chart = stageBar({ id: 's', title: 'Where', stages, timeHead: 'Mean' });

  it('says the same numbers in words, in the drawing and in the table', () => {
    expect(desc(chart)).toBe('held: 30 s (99.95 %); found: 15 ms (0.05 %); patched: 0 ms (0 %).');
    expect(marksOf(chart)).toEqual(['held: 30 s (99.95 %)', 'found: 15 ms (0.05 %)', 'patched: 0 ms (0 %)']);
    expect(rowsOf(chart)).toEqual(['held 30 s 99.95 %', 'found 15 ms 0.05 %', 'patched 0 ms 0 %']);
  });

  it('shows a stage however short it was, within the bar', () => {
    const { elements } = readMarkup(chart.markup);

    const bars = elements.filter(({ attributes }) => attributes.get('class')?.includes('edged'));
    const widths = bars.map(({ attributes }) => Number.parseFloat(attributes.get('width') ?? ''));
    expect(widths[1]).toBeGreaterThan(0.5);
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(100, 1);
  });
});

describe('the weights of a route', () => {
  const canary = 'pay.shop.svc.cluster.local/v2';
  const stable = 'pay.shop.svc.cluster.local/v1';
  const change = {
    virtualService: 'shop/pay',
    route: 'users',
    before: [
      { to: stable, weight: 1 },
      { to: canary, weight: 3 },
    ],
    after: [
      { to: stable, weight: 4 },
      { to: canary, weight: 0 },
    ],
  };

  it('are relative: the shares are of their sum', () => {
    const chart = weightChart({ id: 'w', change, canary });

    expect(marksOf(chart)).toEqual(['before: pay/v1 25 %', 'before: pay/v2 75 %', 'after: pay/v1 100 %']);
    expect(rowsOf(chart)).toEqual(['pay/v1 1 25 % 4 100 %', 'pay/v2 (canary) 3 75 % 0 0 %']);
  });

  it('are all the traffic where there is one destination, whatever its weight', () => {
    const alone = { ...change, before: [{ to: canary, weight: 0 }], after: [{ to: stable, weight: 0 }] };

    expect(rowsOf(weightChart({ id: 'w', change: alone, canary }))).toEqual([
      'pay/v2 (canary) 0 100 % – –',
      'pay/v1 – – 0 100 %',
    ]);
  });

  it('are a percentage of their own at a mirror', () => {
    const mirror = {
      ...change,
      route: 'users mirror',
      before: [{ to: canary, weight: 20 }],
      after: [{ to: canary, weight: 0 }],
    };

    expect(rowsOf(weightChart({ id: 'w', change: mirror, canary }))).toEqual(['pay/v2 (canary) 20 20 % 0 0 %']);
  });
});
