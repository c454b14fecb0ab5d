import { describe, expect, it } from 'vitest';
import { deliveryBody, parseQueuedNews } from '#shared/contracts/delivery.ts';
import { EVENT_DATA, type EventType } from '#shared/contracts/events.ts';
import { aBusMessage } from '#test/builders/bus-message.ts';
import { someNews } from '#test/builders/news.ts';

describe('what the queue of notify holds', () => {
  it.each(Object.keys(EVENT_DATA) as EventType[])('is %s for a channel, just as it came from the bus', (type) => {
    const { event } = someNews({ type });

    const read = parseQueuedNews(deliveryBody(event, 'slack'));

    expect(read).toEqual({ kind: 'delivery', channel: 'slack', event });
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
