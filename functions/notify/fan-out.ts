import { type BusEvent, rollbackIdOf } from '#shared/contracts/bus-event.ts';
import type { ChannelSettings } from '#shared/contracts/channel-settings.ts';
import { deliveryBody } from '#shared/contracts/delivery.ts';
import { readNotice } from '#shared/contracts/read-notice.ts';
import { passes } from '#shared/domain/notify/channel-filter.ts';
import type { NotifyQueue } from '#shared/ports/notify-queue.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';

export type FanOutDeps = { readonly queue: Pick<NotifyQueue, 'send'>; readonly log: Log; readonly meter: Meter };

/** Puts an event back into the queue, once for each channel that wants it: from then on they have nothing to do with each other. */
export async function fanOut(
  event: BusEvent,
  channels: readonly ChannelSettings[],
  { queue, log, meter }: FanOutDeps,
  signal: AbortSignal,
): Promise<void> {
  const notice = readNotice(event, {});
  const wanting = channels.filter(({ filter }) => passes(filter, notice)).map(({ name }) => name);
  const fields = { event: event.id, type: event.type, rollbackId: rollbackIdOf(event) };
  if (wanting.length === 0) {
    meter.count('NotificationsSkipped');
    log.info('No channel of the settings (notify.channels) wants this event; nobody is told', fields);
    return;
  }
  await queue.send(
    wanting.map((channel) => deliveryBody(event, channel)),
    signal,
  );
  log.info('An event goes to its channels', { ...fields, channels: wanting });
}
