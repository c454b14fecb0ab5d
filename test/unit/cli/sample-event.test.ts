import { expect, it } from 'vitest';
import { SAMPLE_TYPES, sampleEvent } from '#cli/notify/sample-event.ts';
import { detailSchema, EVENT_SOURCE } from '#shared/contracts/events.ts';

it.each(SAMPLE_TYPES)('the sample of %s is what a receiver of such events can read', (type) => {
  const { id, version, time: timestamp, data } = sampleEvent(type, Date.parse('2026-03-04T05:06:07Z'));
  const metadata = { id, version, timestamp, service: EVENT_SOURCE, correlationId: id };

  expect(detailSchema(type).safeParse({ metadata, data }).error).toBeUndefined();
});
