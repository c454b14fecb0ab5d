import type { Command } from '../command.ts';
import type { Residual } from '../residual.ts';
import type { WeightChange } from '../weight-change.ts';

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
/** `critical` for what somebody must be woken for, `warning` for what a person should look at. */
export type Severity = (typeof SEVERITIES)[number];

/** What an event says to the people on call, before it is put into the format of a channel. All of its text is from outside. */
export type Notice = {
  readonly eventId: string;
  /** What belongs together in one thread or one incident. */
  readonly rollbackId: string;
  readonly type: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly severity: Severity;
  readonly cluster: string;
  /** `host/subset`, or `-` while it is unknown. */
  readonly canary: string;
  readonly outcome: string;
  readonly reason?: string | undefined;
  readonly message: string;
  readonly virtualServices: readonly string[];
  readonly weights: readonly WeightChange[];
  readonly residual: readonly Pick<Residual, 'what' | 'virtualService'>[] | 'unknown';
  readonly commands: readonly Command[];
  readonly alert: {
    readonly name: string;
    readonly startsAt: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly sla: {
    readonly targetMs?: number | undefined;
    readonly alertToZeroMs?: number | undefined;
    readonly met?: boolean | undefined;
  };
  /** What only some events say: who did it and why, how much still goes there. */
  readonly more: readonly { readonly name: string; readonly value: string }[];
  readonly links: readonly NoticeLink[];
};

export type NoticeLink = { readonly name: string; readonly url: string };

/** Links that can be shown and followed: http and https only, and no longer than every service takes. */
export function webLink(name: string, text: string | undefined): NoticeLink[] {
  const url = text === undefined ? undefined : URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return [];
  return url.href.length > MAX_URL_CHARS ? [] : [{ name, url: url.href }];
}

const MAX_URL_CHARS = 2000;
