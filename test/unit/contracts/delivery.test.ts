import { describe, expect, it } from 'vitest';
import { deliveryBody, parseQueuedNews } from '#shared/contracts/delivery.ts';
import { ROLLBACK_EVENT_TYPES } from '#shared/contracts/events.ts';
import { aBusMessage } from '#test/builders/bus-message.ts';
import { someNews } from '#test/builders/news.ts';
import { reportNews } from '#test/builders/report-event.ts';

describe('what the queue of notify holds', () => {
  it.each(ROLLBACK_EVENT_TYPES)('is %s for a channel, just as it came from the bus', (type) => {
    const { event } = someNews({ type });

    const read = parseQueuedNews(deliveryBody(event, 'slack'));

    expect(read).toEqual({ kind: 'delivery', channel: 'slack', event });
  });

  it('is a report for a channel, just as it came from the bus', () => {
    const { event } = reportNews();

    expect(parseQueuedNews(deliveryBody(event, 'slack'))).toEqual({ kind: 'delivery', channel: 'slack', event });
  });

  it('is an event of the bus where no channel stands beside it', () => {
    expect(parseQueuedNews(aBusMessage())).toMatchObject({ kind: 'event', event: { id: 'event-1' } });
  });

  it.each(['hello', '{}', '{"delivery":{"channel":"slack"}}', '{"delivery":{"channel":7},"detail":{}}'])(
    'is neither where it is %s',
    (text) => {
      expect(parseQueuedNews(text)).toMatchObject({ kind: 'malformed' });
    },
  );
});
