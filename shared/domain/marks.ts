import { parseDuration } from './duration.ts';
import { type LabelSelector, parseLabelSelector } from './label-selector.ts';
import type { VirtualService } from './virtual-service.ts';

/** Keys that users and we write on a VirtualService. */
export const MARK = {
  mode: 'weightless/mode',
  canary: 'weightless/canary',
  stable: 'weightless/stable',
  match: 'weightless/match',
  sla: 'weightless/sla',
  hold: 'weightless/hold',
  darkLaunch: 'weightless/dark-launch',
  requireReadyStable: 'weightless/require-ready-stable',
  onRevert: 'weightless/on-revert',
  journal: 'weightless/journal',
  held: 'weightless/held',
} as const;

/** Zero again, or only a person is woken. */
export const ON_REVERT = ['reassert', 'page'] as const;
export type OnRevert = (typeof ON_REVERT)[number];

export type Marks = {
  readonly canary?: DestinationMark | undefined;
  readonly stable?: DestinationMark | undefined;
  readonly match?: LabelSelector | undefined;
  /** Rollback SLA target, ms. */
  readonly slaMs?: number | undefined;
  /** How long the canary must stay at zero, ms. */
  readonly holdMs?: number | undefined;
  readonly darkLaunch: 'keep' | 'repoint';
  readonly requireReadyStable: boolean;
  /** What is done where somebody puts the canary back within the hold. */
  readonly onRevert?: OnRevert | undefined;
  readonly problems: readonly MarkProblem[];
};

/** `host/subset`, or one word that may be either. */
export type DestinationMark = { readonly host: string; readonly subset: string } | { readonly word: string };

/** A mark that says nothing we understand. */
export type MarkProblem = { readonly mark: string; readonly value: string; readonly allowed: string };

/** Each malformed mark with what it says and what is allowed, for a person. */
export function describeProblems(problems: readonly MarkProblem[]): string {
  return problems
    .map(({ mark, value, allowed }) => `${mark} is ${JSON.stringify(value)}; allowed is ${allowed}.`)
    .join(' ');
}

const ALLOWED = {
  destination: 'HOST/SUBSET, or one word: a subset or a host (letters, digits, "-", "." and "_")',
  match: 'equality terms on the labels of the alert, such as sloth_service=payments,tier!=batch',
  duration: 'a duration such as 30s, 5m or 1h',
  darkLaunch: 'keep or repoint',
  boolean: 'true or false',
  onRevert: 'reassert or page',
} as const;

const WORD = /^[A-Za-z0-9]([-A-Za-z0-9._]{0,251}[A-Za-z0-9])?$/;

/** Reads the `weightless/*` annotations of an object; what is malformed is listed, never guessed at. */
export function readMarks({ metadata }: VirtualService): Marks {
  const problems: MarkProblem[] = [];
  function read<T>(mark: string, parse: (value: string) => T | undefined, allowed: string): T | undefined {
    if (!Object.hasOwn(metadata.annotations, mark)) return undefined;
    const value = metadata.annotations[mark] ?? '';
    const parsed = parse(value.trim());
    if (parsed === undefined) problems.push({ mark, value: value.slice(0, 200), allowed });
    return parsed;
  }
  return {
    canary: read(MARK.canary, parseDestinationMark, ALLOWED.destination),
    stable: read(MARK.stable, parseDestinationMark, ALLOWED.destination),
    match: read(MARK.match, parseLabelSelector, ALLOWED.match),
    slaMs: read(MARK.sla, parseDuration, ALLOWED.duration),
    holdMs: read(MARK.hold, parseDuration, ALLOWED.duration),
    darkLaunch: read(MARK.darkLaunch, parseDarkLaunch, ALLOWED.darkLaunch) ?? 'keep',
    requireReadyStable: read(MARK.requireReadyStable, parseBoolean, ALLOWED.boolean) ?? true,
    onRevert: read(MARK.onRevert, (value) => ON_REVERT.find((one) => one === value), ALLOWED.onRevert),
    problems,
  };
}

/** undefined for what could be neither. */
export function parseDestinationMark(value: string): DestinationMark | undefined {
  const [first, second, ...more] = value.split('/');
  if (more.length > 0 || first === undefined || !WORD.test(first)) return undefined;
  if (second === undefined) return { word: first };
  return WORD.test(second) ? { host: first, subset: second } : undefined;
}

function parseDarkLaunch(value: string): 'keep' | 'repoint' | undefined {
  return value === 'keep' || value === 'repoint' ? value : undefined;
}

function parseBoolean(value: string): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined;
}
