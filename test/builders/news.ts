import { parseBusEvent } from '#shared/contracts/bus-event.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import { type NoticeOptions, readNotice } from '#shared/contracts/read-notice.ts';
import type { News } from '#shared/ports/notifier.ts';
import { aBusMessage } from './bus-message.ts';
import { anOutboxEvent } from './outbox-event.ts';

export const PAGE_URL = 'https://weightless.example.com';

/** An event as channels get it; `data` replaces fields of what it tells. */
export function someNews(
  overrides: Partial<OutboxEvent> & { readonly data?: Readonly<Record<string, unknown>> } = {},
  options: NoticeOptions = { pageUrl: PAGE_URL },
): News {
  const { data, ...rest } = overrides;
  const event = anOutboxEvent(rest);
  const detail = { ...event.detail, data: { ...event.detail.data, ...data } };
  const parsed = parseBusEvent(aBusMessage({ ...event, detail }));
  if (parsed.kind !== 'event') throw new Error(parsed.problem);
  return { event: parsed.event, notice: readNotice(parsed.event, options) };
}
