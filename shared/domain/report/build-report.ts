import { drawnBins, figuresOf } from './figures.ts';
import { type DayFold, type EpisodeLists, LISTS, type ListName } from './fold-day.ts';
import { hintOf } from './hint.ts';
import { addPacked, addPackedTotal, type Cell, type PackedCells } from './packed-cells.ts';
import type { Breach, Listed, Report, ReportFilter, ServiceFigures, ServiceKey } from './report.ts';
import { daysBetween, type ReportRange } from './report-window.ts';
import { textOf } from './service-of.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

export type ReportQuestion = {
  readonly range: ReportRange;
  readonly filter: ReportFilter;
  readonly objective: number;
  readonly targetMs: number;
  /** Epoch ms. */
  readonly now: number;
};

/** Which of the two windows something is of. */
export type Period = 'window' | 'before';

/** Takes in days, in any order, and keeps what the report tells of them: it does not grow with what is in a day. */
export type ReportBuilder = {
  addPacked(period: Period, day: string, cells: PackedCells): void;
  /** A day, or a part of one, as it was folded just now. */
  addFold(period: Period, day: string, fold: DayFold): void;
  /** Those of the window alone: nobody asks for single ones of the time before. */
  addLists(lists: EpisodeLists): void;
  /** A day that is in no figure. */
  miss(day: string): void;
  finish(): Report;
};

const MAX_SERVICES = 500;
const MAX_LISTED = 200;

export function reportBuilder(question: ReportQuestion): ReportBuilder {
  const { range, filter } = question;
  const before = emptyTally();
  const days = new Map(daysBetween(range.from, range.to).map((day) => [day, emptyTally()]));
  const services = new Map<string, Cell>();
  const lists: Record<ListName, Breach[]> = { breaches: [], late: [], clockSkewed: [] };
  const missing = new Set<string>();

  const lookedUp = new WeakMap<PackedCells['keys'], Tally[][]>();
  const isFiltered = Object.values(filter).some((wanted) => wanted !== undefined);

  function serviceTally(key: ServiceKey): Tally {
    const text = textOf(key);
    const service = services.get(text) ?? { key, tally: emptyTally() };
    services.set(text, service);
    return service.tally;
  }

  /** Many days have the same list of services: each list is looked up once. */
  function talliesOf(keys: PackedCells['keys']): Tally[][] {
    const known = lookedUp.get(keys);
    if (known) return known;
    const tallies = keys.map(([cluster, namespace, service]) => [serviceTally({ cluster, namespace, service })]);
    lookedUp.set(keys, tallies);
    return tallies;
  }

  function dayTally(day: string): Tally {
    const tally = days.get(day) ?? emptyTally();
    days.set(day, tally);
    return tally;
  }

  function into(period: Period, day: string, key: ServiceKey): readonly Tally[] {
    if (!passes(key, filter)) return [];
    return period === 'before' ? [before] : [serviceTally(key), dayTally(day)];
  }

  /** Where all services are asked for, their sum is added once, instead of each of them. */
  function addPart(period: Period, day: string, cells: PackedCells): void {
    const isWhole = !isFiltered && addPackedTotal(cells, period === 'before' ? before : dayTally(day));
    if (!isWhole) addPacked(cells, (key) => into(period, day, key));
    else if (period === 'window') {
      const tallies = talliesOf(cells.keys);
      addPacked(cells, (_key, place) => tallies[place] ?? []);
    }
  }

  function addLists(more: EpisodeLists): void {
    for (const name of LISTS) {
      lists[name].push(...more[name].filter((one) => passes(one, filter)));
      // Twice as many before they are sorted: each is sorted a few times, however many days there are.
      if (lists[name].length > 2 * MAX_LISTED) lists[name] = newestOf(lists[name]);
    }
  }

  return {
    addPacked: addPart,
    addFold(period, day, fold) {
      for (const { key, tally } of fold.cells) for (const tallied of into(period, day, key)) addTally(tallied, tally);
      if (period === 'window') addLists(fold.lists);
    },
    addLists,
    miss(day) {
      missing.add(day);
    },
    finish: () => reportOf(question, { before, days, services, lists, missing }),
  };
}

type Parts = {
  readonly before: Tally;
  readonly days: ReadonlyMap<string, Tally>;
  readonly services: ReadonlyMap<string, Cell>;
  readonly lists: Readonly<Record<ListName, readonly Breach[]>>;
  readonly missing: ReadonlySet<string>;
};

function reportOf({ range, filter, objective, targetMs, now }: ReportQuestion, parts: Parts): Report {
  const total = emptyTally();
  for (const tally of parts.days.values()) addTally(total, tally);
  const figures = figuresOf(total, objective);
  const hint = hintOf(figures.stages);
  const { missed, late, clockSkewed } = total.episodes;
  return {
    window: { name: range.name, from: iso(range.from), to: iso(range.to) },
    filter,
    generatedAt: iso(now),
    objective,
    targetMs,
    total: figures,
    before: { from: iso(range.beforeFrom), to: iso(range.from), total: figuresOf(parts.before, objective) },
    services: servicesOf(parts.services, objective),
    days: [...parts.days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, tally]) => dayFigures(day, tally, objective)),
    histogram: drawnBins(total.alertToZero, targetMs),
    ...(hint ? { hint } : {}),
    breaches: listed(parts.lists.breaches, missed - late),
    late: listed(parts.lists.late, late),
    clockSkewed: listed(parts.lists.clockSkewed, clockSkewed),
    missingDays: [...parts.missing].sort(),
  };
}

function passes({ cluster, namespace, service }: ServiceKey, filter: ReportFilter): boolean {
  return (
    (filter.cluster ?? cluster) === cluster &&
    (filter.namespace ?? namespace) === namespace &&
    (filter.service ?? service) === service
  );
}

function servicesOf(services: ReadonlyMap<string, Cell>, objective: number): Listed<ServiceFigures> {
  const counted = ({ tally: { episodes } }: Cell) => episodes.met + episodes.missed;
  const sorted = [...services]
    .sort(([a, one], [b, other]) => counted(other) - counted(one) || (a < b ? -1 : 1))
    .map(([, cell]) => cell);
  const shown = sorted.slice(0, MAX_SERVICES);
  return {
    listed: shown.map(({ key, tally }) => ({ ...key, ...figuresOf(tally, objective) })),
    leftOut: sorted.length - shown.length,
  };
}

function dayFigures(day: string, tally: Tally, objective: number): Report['days'][number] {
  const { errorBudget, alertToNotified, ...figures } = figuresOf(tally, objective);
  return { day, ...figures };
}

function listed(all: readonly Breach[], counted: number): Listed<Breach> {
  const newest = newestOf(all);
  return { listed: newest, leftOut: Math.max(0, counted - newest.length) };
}

function newestOf(all: readonly Breach[]): Breach[] {
  return [...all].sort((a, b) => (isNewer(a, b) ? -1 : 1)).slice(0, MAX_LISTED);
}

function isNewer(a: Breach, b: Breach): boolean {
  return a.receivedAt === b.receivedAt ? a.rollbackId > b.rollbackId : a.receivedAt > b.receivedAt;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
