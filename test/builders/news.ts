import { parseBusEvent, type RollbackBusEvent } from '#shared/contracts/bus-event.ts';
import type { RollbackOutboxEvent } from '#shared/contracts/events.ts';
import { type NoticeOptions, readRollbackNotice } from '#shared/contracts/read-notice.ts';
import type { RollbackNotice } from '#shared/domain/notify/notice.ts';
import { aBusMessage } from './bus-message.ts';
import { anOutboxEvent } from './outbox-event.ts';

export const PAGE_URL = 'https://weightless.example.com';

/** News of a rollback as channels get them; `data` replaces fields of what they tell. */
export function someNews(
  overrides: Partial<RollbackOutboxEvent> & { readonly data?: Readonly<Record<string, unknown>> } = {},
  options: NoticeOptions = { pageUrl: PAGE_URL },
): { readonly event: RollbackBusEvent; readonly notice: RollbackNotice } {
  const { data, ...rest } = overrides;
  const event = anOutboxEvent(rest);
  const detail = { ...event.detail, data: { ...event.detail.data, ...data } };
  const parsed = parseBusEvent(aBusMessage({ ...event, detail }));
  if (parsed.kind !== 'event') throw new Error(parsed.problem);
  if (parsed.event.type === 'SlaReported') throw new Error('it is about no rollback');
  return { event: parsed.event, notice: readRollbackNotice(parsed.event, options) };
}
