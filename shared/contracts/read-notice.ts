import * as z from 'zod/mini';
import { alertLinks } from '#shared/domain/alert-links.ts';
import { kubectl, VIRTUAL_SERVICE } from '#shared/domain/command.ts';
import {
  type Notice,
  type NoticeLink,
  PAGE,
  type RollbackNotice,
  type Severity,
  webLink,
} from '#shared/domain/notify/notice.ts';
import type { BusEvent, RollbackBusEvent } from './bus-event.ts';
import { rollbackPage } from './page-urls.ts';
import { readReportNotice } from './read-report-notice.ts';

const text = z.catch(z.string(), '');
const texts = z.catch(z.record(z.string(), z.catch(z.string(), '')), {});
const shares = z.catch(z.array(z.object({ to: text, weight: z.catch(z.number(), 0) })), []);
const maybeText = z.catch(z.optional(z.string()), undefined);
const maybeNumber = z.catch(z.optional(z.number()), undefined);

/** As it is needed here. A field that is not as expected is left out: a person is told in any case. */
const DataSchema = z.object({
  outcome: text,
  reason: maybeText,
  message: text,
  virtualServices: z.catch(z.array(z.string()), []),
  commands: z.catch(z.array(z.object({ does: z.string(), run: z.string() })), []),
  weights: z.catch(z.array(z.object({ virtualService: text, route: text, before: shares, after: shares })), []),
  residual: z.catch(z.union([z.array(z.object({ what: text, virtualService: text })), z.literal('unknown')]), []),
  alert: z.catch(
    z.object({ name: text, startsAt: text, labels: texts, annotations: texts, generatorUrl: z.optional(text) }),
    { name: '', startsAt: '', labels: {}, annotations: {} },
  ),
  timeline: z.catch(z.object({ firedAt: text, receivedAt: text }), { firedAt: '', receivedAt: '' }),
  requestedBy: z.catch(z.optional(z.object({ name: z.string(), reason: text })), undefined),
  sla: z.catch(
    z.object({ targetMs: maybeNumber, alertToZeroMs: maybeNumber, met: z.catch(z.optional(z.boolean()), undefined) }),
    {},
  ),
  pages: z.catch(z.boolean(), false),
  by: maybeText,
  why: maybeText,
  revertedBy: maybeText,
  requestsPerSecond: maybeNumber,
});
type Data = z.infer<typeof DataSchema>;

/** Where our pages are; without it nothing links there. */
export type NoticeOptions = { readonly pageUrl?: string | undefined };

/** What an event says to people. */
export function readNotice(event: BusEvent, options: NoticeOptions): Notice {
  return event.type === 'SlaReported' ? readReportNotice(event, options) : readRollbackNotice(event, options);
}

/** What the news of a rollback say. */
export function readRollbackNotice(
  { id, type, time, data }: RollbackBusEvent,
  { pageUrl }: NoticeOptions,
): RollbackNotice {
  const { pages, alert, by, why, revertedBy, requestsPerSecond, timeline, ...said } = DataSchema.parse(data);
  const { rollbackId, cluster, canary } = data;
  const severity = severityOf(type, pages, said.requestedBy !== undefined);
  return {
    ...said,
    about: 'rollback',
    eventId: id,
    rollbackId,
    type,
    time,
    cluster,
    canary,
    severity,
    ...toRun(type, severity, said),
    alert: { name: alert.name, startsAt: alert.startsAt, labels: alert.labels },
    sla: { ...said.sla, heldMs: heldMs(timeline) },
    more: moreOf({ by: by ?? revertedBy, why, requestsPerSecond }),
    links: linksOf(alert, pageUrl && rollbackPage(pageUrl, rollbackId)),
  };
}

function heldMs({ firedAt, receivedAt }: Data['timeline']): number | undefined {
  const ms = Date.parse(receivedAt) - Date.parse(firedAt);
  return ms >= 0 ? ms : undefined;
}

/** What the record says to do is done with once the alert has resolved; where nothing is to be done there is something to see. */
function toRun(
  type: string,
  severity: Severity,
  said: Pick<Data, 'commands' | 'virtualServices'>,
): Pick<RollbackNotice, 'commands' | 'onlyLooks'> {
  if (said.commands.length > 0 && type !== 'AlertResolved') return { commands: said.commands };
  return { commands: lookingAt(said, severity), onlyLooks: true };
}

const ALWAYS_CRITICAL = new Set(['RollbackRefused', 'RollbackFailed']);
const WARNING = new Set(['RollbackSlaBreached', 'RollbackSuggested', 'RollbackReverted', 'RollbackReasserted']);

/** A missed target pages as well, but nobody is sent to the canary any more. */
function severityOf(type: string, pages: boolean, isByHand: boolean): Severity {
  if (pages && type !== 'RollbackSlaBreached') return 'critical';
  // Whoever asked by hand has the answer before him.
  if (ALWAYS_CRITICAL.has(type)) return isByHand ? 'warning' : 'critical';
  return WARNING.has(type) ? 'warning' : 'info';
}

function moreOf({
  by,
  why,
  requestsPerSecond,
}: Pick<Data, 'by' | 'why' | 'requestsPerSecond'>): RollbackNotice['more'] {
  return [
    ...(by ? [{ name: 'By', value: by }] : []),
    ...(why ? [{ name: 'Why', value: why }] : []),
    ...(requestsPerSecond === undefined ? [] : [{ name: 'Still arriving', value: `${requestsPerSecond} requests/s` }]),
  ];
}

/** What shows a person where the traffic goes now. */
function lookingAt({ virtualServices }: Pick<Data, 'virtualServices'>, severity: Severity): Data['commands'] {
  if (virtualServices.length === 0 && severity === 'critical') {
    return [{ does: 'list the VirtualServices', run: kubectl(undefined, ['get', VIRTUAL_SERVICE, '-A']) }];
  }
  return virtualServices.slice(0, 2).flatMap((full) => {
    const [namespace, name, ...more] = full.split('/');
    if (!namespace || !name || more.length > 0) return [];
    return [
      { does: `show ${full}`, run: kubectl(undefined, ['-n', namespace, 'get', VIRTUAL_SERVICE, name, '-o', 'yaml']) },
    ];
  });
}

function linksOf(alert: Data['alert'], page: string | undefined): NoticeLink[] {
  return [...webLink(PAGE.rollback, page), ...alertLinks(alert).flatMap(({ name, url }) => webLink(name, url))];
}
