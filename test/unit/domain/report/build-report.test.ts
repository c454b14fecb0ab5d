import { describe, expect, it } from 'vitest';
import { parseReport } from '#shared/contracts/report.ts';
import { reportBuilder } from '#shared/domain/report/build-report.ts';
import type { RollbackFacts } from '#shared/domain/report/count-episode.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import { packCells } from '#shared/domain/report/packed-cells.ts';
import type { ReportFilter } from '#shared/domain/report/report.ts';
import { someFacts } from '#test/builders/rollback-facts.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 2, 5);
const range = { name: '7d', from: Date.UTC(2026, 1, 26), to: NOW, beforeFrom: Date.UTC(2026, 1, 19) } as const;

function foldOf(records: readonly RollbackFacts[]) {
  const folder = dayFolder();
  for (const record of records) folder.add(record);
  return folder.finish();
}

function reportOf(
  records: readonly RollbackFacts[],
  { filter = {}, before = [] }: { filter?: ReportFilter; before?: RollbackFacts[] } = {},
) {
  const builder = reportBuilder({ range, filter, objective: 0.99, targetMs: 60_000, now: NOW });
  const fold = foldOf(records);
  for (const part of packCells(fold.cells)) builder.addPacked('window', '2026-03-04', part);
  builder.addLists(fold.lists);
  builder.addFold('before', '2026-02-20', foldOf(before));
  return builder.finish();
}

const many = (count: number, overrides: Parameters<typeof someFacts>[0] = {}) =>
  Array.from({ length: count }, (_, index) =>
    someFacts({ ...overrides, id: `${overrides.outcome ?? ''}${overrides.zeroed ?? ''}${index}` }),
  );

describe('the report', () => {
  it('tells attainment and what is left of the error budget, in episodes', () => {
    const { total } = reportOf([...many(297), ...many(3, { zeroed: 70_000 })]);

    expect(total.attainment).toBe(0.99);
    expect(total.errorBudget).toEqual({ allowed: 3, spent: 3, left: 0 });
  });

  it('tells a budget that is overspent, and none of nothing', () => {
    expect(reportOf(many(2, { zeroed: 70_000 })).total).toMatchObject({
      attainment: 0,
      errorBudget: { allowed: 0, left: -2 },
    });
    expect(reportOf([]).total).not.toHaveProperty('attainment');
  });

  it('is the same whether the sum of its days is stored beside the services or not', () => {
    const records = ['pay', 'cart'].flatMap((name) => [
      ...many(3, { id: name, canary: `${name}.shop.svc.cluster.local/v2` }),
      someFacts({ id: `${name} missed`, canary: `${name}.shop.svc.cluster.local/v2`, zeroed: 70_000 }),
    ]);
    const parts = packCells(foldOf(records).cells);
    const told = (stored: typeof parts, filter: ReportFilter = {}) => {
      const builder = reportBuilder({ range, filter, objective: 0.99, targetMs: 60_000, now: NOW });
      for (const part of stored) {
        builder.addPacked('window', '2026-03-04', part);
        builder.addPacked('before', '2026-02-20', part);
      }
      return builder.finish();
    };
    const without = parts.map(({ total, ...part }) => part);

    expect(told(parts)).toEqual(told(without));
    expect(told(parts).before.total.rollbacks.total).toBe(8);
    expect(told(parts, { service: 'pay' })).toEqual(told(without, { service: 'pay' }));
    expect(told(parts, { service: 'pay' }).before.total.rollbacks.total).toBe(4);
  });

  it('is the same whether its days were stored or folded just now', () => {
    const records = [
      ...many(5),
      ...many(2, { zeroed: 70_000 }),
      someFacts({ id: 'x', outcome: 'failed', reason: 'forbidden', zeroed: null, count: 'missed' }),
    ];
    const builder = reportBuilder({ range, filter: {}, objective: 0.99, targetMs: 60_000, now: NOW });

    builder.addFold('window', '2026-03-04', foldOf(records));

    expect(builder.finish()).toEqual(reportOf(records));
  });

  it('has every day of its window, and puts what happened on its own', () => {
    const { days } = reportOf(many(3));

    expect(days.map(({ day, episodes }) => [day, episodes.met])).toEqual([
      ['2026-02-26', 0],
      ['2026-02-27', 0],
      ['2026-02-28', 0],
      ['2026-03-01', 0],
      ['2026-03-02', 0],
      ['2026-03-03', 0],
      ['2026-03-04', 3],
    ]);
  });

  it('compares with the time before, which is in nothing else', () => {
    const { before, total, services } = reportOf(many(2), {
      before: many(5, { canary: 'cart.shop.svc.cluster.local' }),
    });

    expect(before).toMatchObject({
      from: '2026-02-19T00:00:00.000Z',
      to: '2026-02-26T00:00:00.000Z',
      total: { episodes: { met: 5 } },
    });
    expect(total.episodes.met).toBe(2);
    expect(services.listed.map(({ service }) => service)).toEqual(['pay']);
  });

  it.each([
    [{ service: 'pay' }, 2],
    [{ namespace: 'shop', cluster: 'eu' }, 3],
    [{ cluster: 'us' }, 0],
  ])('holds only what is asked for: %j', (filter, met) => {
    const records = [...many(2), someFacts({ id: 'c', canary: 'cart.shop.svc.cluster.local', zeroed: 50_000 })];

    const report = reportOf(records, { filter });

    expect(report.total.episodes.met).toBe(met);
    expect(report.filter).toEqual(filter);
  });

  it('lists services with the most counted episodes first, and outcomes with the best first', () => {
    const refused = { outcome: 'refused', reason: 'other-version', zeroed: null, count: 'missed' } as const;

    const { services, total } = reportOf([
      someFacts({ id: 'c', canary: 'cart.shop.svc.cluster.local' }),
      ...many(2, refused),
      ...many(2, { outcome: 'refused', reason: 'sole-destination', zeroed: null, count: 'missed' }).map((one) => ({
        ...one,
        id: `s${one.id}`,
      })),
      someFacts({ ...refused, id: 'third' }),
    ]);

    expect(services.listed.map(({ service }) => service)).toEqual(['pay', 'cart']);
    expect(total.rollbacks).toEqual({
      total: 6,
      byOutcome: [
        { outcome: 'rolled-back', count: 1, reasons: [] },
        {
          outcome: 'refused',
          count: 5,
          reasons: [
            { reason: 'other-version', count: 3 },
            { reason: 'sole-destination', count: 2 },
          ],
        },
      ],
    });
  });

  it('says that Alertmanager held the alerts where most of the time went there', () => {
    const { hint, total } = reportOf(many(10, { received: 30_000, zeroed: 31_000 }));

    expect(hint?.message).toBe('Alertmanager held these alerts for 30 s: set group_wait: 0s on their route');
    expect(total.stages.map(({ stage, share }) => [stage, Math.round(share * 1000)])).toEqual([
      ['firing-to-received', 968],
      ['received-to-targeted', 16],
      ['targeted-to-zeroed', 16],
    ]);
  });

  it.each([
    [10_000, '10 s'],
    [3400, '3.4 s'],
  ])(
    'says so too where group_wait is shorter than its default, by the time that was measured: %i ms',
    (received, told) => {
      const { hint, total } = reportOf(many(10, { received, zeroed: received + 800 }));

      expect(hint?.message).toBe(`Alertmanager held these alerts for ${told}: set group_wait: 0s on their route`);
      expect(hint?.heldMs).toBe(total.stages[0]?.p50Ms);
    },
  );

  it.each([
    ['they came at once', many(10)],
    ['the way to us took most of a short time', many(10, { received: 2900, zeroed: 3500 })],
    ['the cluster took longer', many(10, { received: 30_000, zeroed: 80_000 })],
    ['nothing was measured', []],
    [
      'one of many came late',
      [...many(10, { received: 100, zeroed: 900 }), ...many(1, { received: 50_000, zeroed: 51_000 })],
    ],
  ])('says nothing of the kind where %s', (_what, records) => {
    expect(reportOf(records)).not.toHaveProperty('hint');
  });

  it('lists the newest breaches, and how many it left out', () => {
    const builder = reportBuilder({ range, filter: {}, objective: 0.99, targetMs: 60_000, now: NOW });
    for (let day = 0; day < 6; day += 1) {
      for (let service = 0; service < 5; service += 1) {
        const canary = `s${service}.shop.svc.cluster.local`;
        const breaches = Array.from({ length: 30 }, (_, index) =>
          someFacts({ id: `${day}-${service}-${index}`, canary, fired: -day * DAY_MS, zeroed: 70_000 }),
        );
        builder.addFold('window', new Date(FIRED_AT - day * DAY_MS).toISOString().slice(0, 10), foldOf(breaches));
      }
    }

    const { breaches, total } = builder.finish();

    expect(total.episodes.missed).toBe(900);
    expect(breaches.listed).toHaveLength(200);
    expect(breaches.leftOut).toBe(700);
    expect(breaches.listed.every(({ rollbackId }) => /^[01]-/.test(rollbackId))).toBe(true);
  });

  it('draws its histogram from the fastest to the slowest, without a gap', () => {
    const { histogram } = reportOf([...many(3, { zeroed: 5000 }), ...many(1, { zeroed: 50_000 })]);

    expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(histogram[0]?.count).toBe(3);
    expect(histogram.at(-1)?.count).toBe(1);
    expect(histogram.slice(1).every(({ fromMs }, index) => fromMs === histogram[index]?.toMs)).toBe(true);
  });

  it('says which days are in no figure', () => {
    const builder = reportBuilder({ range, filter: {}, objective: 0.99, targetMs: 60_000, now: NOW });
    builder.miss('2026-03-02');
    builder.miss('2026-02-20');

    expect(builder.finish().missingDays).toEqual(['2026-02-20', '2026-03-02']);
  });

  it('is what the contract says', () => {
    const report = reportOf([
      ...many(3),
      ...many(2, { received: 30_000, zeroed: 70_000 }),
      someFacts({
        id: 'late',
        received: 16 * 60_000,
        zeroed: null,
        outcome: 'failed',
        reason: 'forbidden',
        count: 'missed',
      }),
    ]);

    expect(parseReport(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });
});
