import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import { type Notifier, NotifierFault } from '#shared/ports/notifier.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { inParallel } from '#shared/steps/in-parallel.ts';
import { type OpenWebhookDeps, openWebhook } from './open-webhook.ts';
import { type MessageId, type ReadMessages, readMessages } from './read-messages.ts';

export type NotifyDeps = OpenWebhookDeps & {
  /** Rejects where they cannot be loaded: the queue then brings the batch again. `stale`: others may be stored by now. */
  readonly settings: () => Promise<{ readonly settings: Pick<Settings, 'notify'>; readonly stale: boolean }>;
  readonly log: Log;
  readonly meter: Meter;
};

export type NotifyHandler = (event: SQSEvent, options: { readonly signal: AbortSignal }) => Promise<SQSBatchResponse>;

type Told = ReadMessages['events'][number];

/** As many as a batch has: one that is slow holds up none of the others. */
const AT_ONCE = 10;
const SECRETS_LIMIT_MS = 5000;

/**
 * Tells people of the events that the queue brings. What was not told is reported by its message, so that the queue
 * brings it again after its visibility time-out, and after its last try keeps it in the dead letters: for what the
 * receiver refuses, too, as a person must see that nobody was told.
 */
export function createNotifyHandler(deps: NotifyDeps): NotifyHandler {
  return async function notifyPeople({ Records }, { signal }) {
    const { events, unreadable } = readMessages(Records);
    for (const { message: messageId, problem } of unreadable) {
      deps.meter.count('InputRejected', { reason: 'not-an-event' });
      deps.log.error('A message is no event of ours; it goes to the dead letters', { messageId, problem });
    }
    const untold = events.length > 0 ? await tellAll(events, signal, deps) : [];
    const failed = [...unreadable.map(({ message }) => message), ...untold];
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** The messages that nobody was told of. */
async function tellAll(events: readonly Told[], signal: AbortSignal, deps: NotifyDeps): Promise<readonly MessageId[]> {
  const { settings, stale } = await deps.settings();
  const { webhook } = settings.notify;
  if (!webhook && stale)
    throw new Error(
      'The settings are stale, and there may be a channel (notify.webhook) by now; the queue brings the events again',
    );
  if (!webhook) {
    deps.meter.count('NotificationsSkipped', {}, events.length);
    deps.log.info('No channel is configured (notify.webhook); nobody is told', { events: events.map(idOf) });
    return [];
  }
  const soon = AbortSignal.any([signal, AbortSignal.timeout(SECRETS_LIMIT_MS)]);
  const opening = openWebhook(webhook, deps, soon);
  const untold = await inParallel(events, AT_ONCE, (one) => tell(one, opening, signal, deps));
  return untold.flat();
}

/** Tells of one event; its messages where that failed. */
async function tell(
  { event, messages }: Told,
  opening: Promise<Notifier>,
  signal: AbortSignal,
  { log, meter }: NotifyDeps,
): Promise<readonly MessageId[]> {
  const fields = { event: event.id, type: event.type, rollbackId: event.data.rollbackId, channel: 'webhook' };
  try {
    const notifier = await opening;
    await notifier.notify(event, signal);
  } catch (fault) {
    const retryable = !(fault instanceof NotifierFault) || fault.retryable;
    meter.count('NotificationsFailed', { channel: 'webhook', reason: retryable ? 'unavailable' : 'refused' });
    log.error('Nobody was told of an event; the queue brings it again', { ...fields, retryable, cause: String(fault) });
    return messages;
  }
  meter.count('NotificationsSent', { channel: 'webhook' });
  log.info('An event was told', fields);
  return [];
}

function idOf({ event }: Told): string {
  return event.id;
}
