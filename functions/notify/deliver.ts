import { type BusEvent, rollbackIdOf } from '#shared/contracts/bus-event.ts';
import type { ChannelSettings } from '#shared/contracts/channel-settings.ts';
import { readNotice } from '#shared/contracts/read-notice.ts';
import type { ChannelMemory, Delivery, NotificationLog } from '#shared/ports/notification-log.ts';
import { type News, NotifierFault, type Told } from '#shared/ports/notifier.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { type OpenChannelDeps, openChannel } from '#shared/runtime/open-channel.ts';

export type DeliverDeps = Omit<OpenChannelDeps, 'memoryOf'> & {
  readonly notifications: NotificationLog;
  readonly pageUrl?: string | undefined;
  readonly log: Log;
  readonly meter: Meter;
};

/** `later` may ask for a time; `refused` is for a person. */
export type Delivered =
  | { readonly kind: 'finished' }
  | { readonly kind: 'later'; readonly afterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly problem: string };

const SECRETS_LIMIT_MS = 5000;
/** From this attempt on somebody is told even if the table does not say whether he has been: twice is better than never. */
const WITHOUT_CLAIM_FROM = 4;
/** How long to wait for another who has the same in hand. */
const TAKEN_MS = 20_000;

/** Tells one channel of one event, unless it was told before. Never throws. */
export async function deliver(
  event: BusEvent,
  channel: ChannelSettings,
  attempt: number,
  deps: DeliverDeps,
  signal: AbortSignal,
): Promise<Delivered> {
  const { notifications, log, meter } = deps;
  const delivery = { eventId: event.id, channel: channel.name };
  const fields = {
    event: event.id,
    type: event.type,
    rollbackId: rollbackIdOf(event),
    channel: channel.name,
    attempt,
  };
  const claim = await claimed(delivery, attempt, deps, signal);
  if (claim === 'unknown') return { kind: 'later' };
  if (claim === 'done') return { kind: 'finished' };
  if (claim === 'taken') return { kind: 'later', afterMs: TAKEN_MS };
  let told: Told;
  try {
    const news = { event, notice: readNotice(event, deps) };
    told = await tell(news, channel, deps, signal);
  } catch (fault) {
    await notifications.release(delivery, signal).catch(() => undefined);
    return failed(fault, { ...fields, type: event.type }, deps);
  }
  if (told.kind === 'told') {
    meter.count('NotificationsSent', { channel: channel.name });
    log.info('A channel was told of an event', { ...fields, answered: told.answered });
  }
  await noted(delivery, event, told, deps, signal);
  return { kind: 'finished' };
}

async function claimed(
  delivery: Delivery,
  attempt: number,
  { notifications, log }: DeliverDeps,
  signal: AbortSignal,
): Promise<'mine' | 'taken' | 'done' | 'unknown'> {
  try {
    return await notifications.claim(delivery, signal);
  } catch (fault) {
    log.warn('It is not known whether a channel was told already', { ...delivery, attempt, cause: String(fault) });
    return attempt >= WITHOUT_CLAIM_FROM ? 'mine' : 'unknown';
  }
}

/** A secret may have been replaced since it was read: what a service does not let in is tried once with a fresh one. */
async function tell(news: News, channel: ChannelSettings, deps: DeliverDeps, signal: AbortSignal): Promise<Told> {
  const opening = { ...deps, memoryOf: (name: string) => forgiving(deps.notifications.memoryOf(name), deps.log) };
  const soon = () => AbortSignal.any([signal, AbortSignal.timeout(SECRETS_LIMIT_MS)]);
  try {
    const notifier = await openChannel(channel, opening, soon());
    return await notifier.notify(news, signal);
  } catch (fault) {
    if (!(fault instanceof NotifierFault && fault.unauthorized)) throw fault;
    const notifier = await openChannel(channel, opening, soon(), { fresh: true });
    return await notifier.notify(news, signal);
  }
}

/** What a channel remembers puts its news into one thread; that it cannot be asked must not keep them back. */
function forgiving(memory: ChannelMemory, log: Log): ChannelMemory {
  const forgive = (cause: unknown) =>
    void log.warn('What a channel remembers of a rollback could not be asked or kept', { cause: String(cause) });
  return {
    read: (topic, signal) => memory.read(topic, signal).catch(forgive),
    keep: (topic, value, signal) => memory.keep(topic, value, signal).catch(forgive),
    raise: (topic, value, signal) => memory.raise(topic, value, signal).catch(forgive),
  };
}

function failed(fault: unknown, fields: Readonly<Record<string, unknown>>, { log, meter }: DeliverDeps): Delivered {
  const cause = fault instanceof Error ? fault.message : String(fault);
  const final = fault instanceof NotifierFault && !fault.retryable;
  meter.count('NotificationsFailed', { channel: String(fields['channel']), reason: final ? 'refused' : 'unavailable' });
  if (final) {
    log.error('A channel refused an event; it goes to the dead letters', { ...fields, cause });
    return { kind: 'refused', problem: cause };
  }
  log.error('A channel did not take an event; the queue brings it again', { ...fields, cause });
  return { kind: 'later', afterMs: fault instanceof NotifierFault ? fault.retryAfterMs : undefined };
}

/** Somebody was told: what cannot be noted is no reason to tell him again. */
async function noted(
  delivery: Delivery,
  event: BusEvent,
  told: Told,
  { notifications, clock, log }: DeliverDeps,
  signal: AbortSignal,
): Promise<void> {
  const at = clock.now();
  const rollbackId = rollbackIdOf(event);
  const isOfRollback = told.kind === 'told' && rollbackId !== undefined;
  const results = await Promise.allSettled([
    notifications.done(delivery, signal),
    ...(isOfRollback ? [notifications.noteNotified(rollbackId, at, signal)] : []),
  ]);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    log.warn('That a channel was told could not be noted', { ...delivery, rollbackId, cause: String(result.reason) });
  }
}
