import { clip, readable } from './clip.ts';
import { fittedRollback } from './fit-notice.ts';
import { type Notice, type NoticeLink, pageLink, type RollbackNotice } from './notice.ts';
import { factsOf, headlineOf, subjectOf } from './notice-words.ts';

type Link = { href: string; text: string };
type Trigger = {
  event_action: 'trigger';
  dedup_key: string;
  payload: {
    summary: string;
    source: string;
    severity: 'critical' | 'warning';
    timestamp: string;
    component: string;
    group: string;
    class: string;
    custom_details: Record<string, unknown>;
  };
  links: Link[];
  client: 'Weightless';
  client_url?: string;
};
type Resolve = { event_action: 'resolve'; dedup_key: string };
type Change = {
  payload: { summary: string; timestamp: string; source: string; custom_details: Record<string, unknown> };
  links: Link[];
};

/** One request to PagerDuty, without the routing key. */
export type PagerdutyCall =
  | { readonly path: '/v2/enqueue'; readonly body: Trigger | Resolve }
  | { readonly path: '/v2/change/enqueue'; readonly body: Change };

/** A summary has 1024 characters, the key of an alert 255, an event 512 KB. */
const MAX = { summary: 1024, key: 255, bytes: 100_000 };
/** What ends the trouble that there was before it. */
const MENDED = new Set(['RollbackCompleted', 'RollbackReasserted', 'RollbackVerified']);
/** What ends all that a rollback may have opened: nothing is held at zero, or nothing fires. */
const OVER = new Set(['AlertResolved', 'HoldReleased', 'RollbackRestored']);
const CHANGES = new Set([
  'RollbackCompleted',
  'RollbackReasserted',
  'RollbackReverted',
  'RollbackRestored',
  'HoldReleased',
]);

/**
 * An alert for what a person must mend, and for a missed SLA target, each resolved when it is over; a change for what
 * was done. Resolving comes first: it may be repeated, and a change may not. Nothing for a report: it is nobody's alert,
 * and no change that could be the cause of one.
 */
export function pagerdutyCalls(notice: Notice): PagerdutyCall[] {
  if (notice.about === 'report') return [];
  const { type, severity, outcome } = notice;
  if (severity === 'critical' || type === 'RollbackSlaBreached') return [trigger(notice)];
  const mended = MENDED.has(type) || (type === 'RollbackSkipped' && outcome === 'already-zero');
  const ended = [
    ...(mended || OVER.has(type) ? [troubleKey(notice)] : []),
    ...(OVER.has(type) ? [slaKey(notice)] : []),
  ];
  return [...ended.map(resolve), ...(CHANGES.has(type) ? [change(notice)] : [])];
}

/**
 * Until when what a notice resolves is over: whatever opens the same alert later opens it anew. What was mended was there
 * before, and may be followed by worse at the same time; an end is the last of its time.
 */
export function overUntil({ type, time }: Pick<Notice, 'type' | 'time'>): string {
  return OVER.has(type) ? time : new Date(Date.parse(time) - 1).toISOString();
}

/** Ends what has the key; nothing happens where it is not open. */
export function resolve(key: string): PagerdutyCall {
  return { path: '/v2/enqueue', body: { event_action: 'resolve', dedup_key: key } };
}

function trigger(notice: RollbackNotice): PagerdutyCall {
  return { path: '/v2/enqueue', body: fittedRollback(notice, triggerBody, MAX.bytes) };
}

function triggerBody(notice: RollbackNotice): Trigger {
  const { type, outcome, severity, cluster, reason, links } = notice;
  // A rollback that is late and not done has one alert; one that is done has nothing to mend but its time.
  const isLateOnly = type === 'RollbackSlaBreached' && outcome === 'rolled-back';
  const page = pageLink(notice);
  return {
    event_action: 'trigger',
    dedup_key: isLateOnly ? slaKey(notice) : troubleKey(notice),
    payload: {
      summary: clip(headlineOf(notice), MAX.summary),
      source: clip(`weightless/${cluster}`, 255),
      severity: severity === 'critical' ? 'critical' : 'warning',
      timestamp: notice.time,
      component: subjectOf(notice),
      group: clip(cluster, 255),
      class: reason ?? type,
      custom_details: detailsOf(notice),
    },
    links: links.map(linkOf),
    client: 'Weightless',
    ...(page ? { client_url: page.url } : {}),
  };
}

function change(notice: RollbackNotice): PagerdutyCall {
  const body = fittedRollback(
    notice,
    (some): Change => ({
      payload: {
        summary: clip(headlineOf(some), MAX.summary),
        timestamp: some.time,
        source: clip(`weightless/${some.cluster}`, 255),
        custom_details: detailsOf(some),
      },
      links: some.links.map(linkOf),
    }),
    MAX.bytes,
  );
  return { path: '/v2/change/enqueue', body };
}

function detailsOf(notice: RollbackNotice): Record<string, unknown> {
  const purpose = notice.onlyLooks ? 'To look at it' : 'Do now';
  return {
    'What happened': readable(notice.message),
    ...(notice.commands.length > 0 ? { [purpose]: notice.commands.map(({ does, run }) => `${does}:\n${run}`) } : {}),
    ...Object.fromEntries(factsOf(notice).map(({ name, value }) => [name, value])),
  };
}

function linkOf({ name, url }: NoticeLink): Link {
  return { href: url, text: name };
}

function troubleKey({ rollbackId }: RollbackNotice): string {
  return clip(`weightless/${rollbackId}`, MAX.key);
}

function slaKey({ rollbackId }: RollbackNotice): string {
  return clip(`weightless-sla/${rollbackId}`, MAX.key);
}
