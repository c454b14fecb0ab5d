import type { Command } from '../command.ts';
import type { Residual } from '../residual.ts';
import type { WeightChange } from '../weight-change.ts';

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
/** `critical` for what somebody must be woken for, `warning` for what a person should look at. */
export type Severity = (typeof SEVERITIES)[number];

/** What every event says to people, before it is put into the format of a channel. All of its text is from outside. */
type NoticeParts = {
  readonly eventId: string;
  readonly type: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly severity: Severity;
  readonly message: string;
  readonly commands: readonly Command[];
  /** True where the commands change nothing. */
  readonly onlyLooks?: boolean | undefined;
  readonly links: readonly NoticeLink[];
};

/** News of one rollback. */
export type RollbackNotice = NoticeParts & {
  readonly about: 'rollback';
  readonly rollbackId: string;
  readonly cluster: string;
  /** `host/subset`, or `-` while it is unknown. */
  readonly canary: string;
  readonly outcome: string;
  readonly reason?: string | undefined;
  readonly virtualServices: readonly string[];
  readonly weights: readonly WeightChange[];
  readonly residual: readonly Pick<Residual, 'what' | 'virtualService'>[] | 'unknown';
  readonly alert: {
    readonly name: string;
    readonly startsAt: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly sla: {
    readonly targetMs?: number | undefined;
    readonly alertToZeroMs?: number | undefined;
    readonly met?: boolean | undefined;
    /** How much of the time had gone before we were told. */
    readonly heldMs?: number | undefined;
  };
  /** A person who asked for it by hand: then there is no alert. */
  readonly requestedBy?: { readonly name: string; readonly reason: string } | undefined;
  /** What only some events say: who did it and why, how much still goes there. */
  readonly more: readonly Fact[];
};

/** How a week went. */
export type ReportNotice = NoticeParts & {
  readonly about: 'report';
  /** Days of UTC. */
  readonly window: { readonly first: string; readonly last: string };
  readonly objective: number;
  readonly targetMs: number;
  readonly total: ReportFigures;
  readonly before: ReportFigures;
  /** The one that took the biggest share of the time. */
  readonly stage?: { readonly name: string; readonly share: number; readonly p50Ms: number } | undefined;
  readonly missingDays: readonly string[];
};

/** All but `rollbacks`, `times` and `attainment` in episodes. */
export type ReportFigures = {
  readonly rollbacks: number;
  readonly met: number;
  readonly missed: number;
  readonly open: number;
  readonly notCounted: number;
  readonly late: number;
  readonly attainment?: number | undefined;
  readonly budget: { readonly allowed: number; readonly left: number };
  readonly times?: { readonly p50Ms: number; readonly p95Ms: number } | undefined;
};

export type Notice = RollbackNotice | ReportNotice;

export type Fact = { readonly name: string; readonly value: string };

/** What belongs together in one thread: the news of a rollback, and each report by itself. */
export function threadOf(notice: Notice): string {
  return notice.about === 'report' ? notice.eventId : notice.rollbackId;
}

/** The link to our own page about it. */
export function pageLink({ about, links }: Notice): NoticeLink | undefined {
  return links.find(({ name }) => name === PAGE[about]);
}

/** What the links to our own pages are called. */
export const PAGE = { rollback: 'Rollback', report: 'Report' } as const satisfies Record<Notice['about'], string>;

export type NoticeLink = { readonly name: string; readonly url: string };

/** Links that can be shown and followed: http and https only, and no longer than every service takes. */
export function webLink(name: string, text: string | undefined): NoticeLink[] {
  const url = text === undefined ? undefined : URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return [];
  return url.href.length > MAX_URL_CHARS ? [] : [{ name, url: url.href }];
}

const MAX_URL_CHARS = 2000;
