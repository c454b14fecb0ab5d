import { describe, expect, it } from 'vitest';
import { type BusEvent, parseBusEvent } from '#shared/contracts/bus-event.ts';
import { toCloudEvent } from '#shared/contracts/cloud-event.ts';
import { ROLLBACK_EVENT_TYPES } from '#shared/contracts/events.ts';
import { aBusMessage } from '#test/builders/bus-message.ts';
import { someNews } from '#test/builders/news.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aReportEvent, reportNews } from '#test/builders/report-event.ts';

function eventOf(text: string): BusEvent {
  const parsed = parseBusEvent(text);
  if (parsed.kind !== 'event') throw new Error(parsed.problem);
  return parsed.event;
}

describe('an event from the bus', () => {
  it.each(ROLLBACK_EVENT_TYPES)('of type %s is read with all its data and our own id', (type) => {
    const event = anOutboxEvent({ type });

    expect(eventOf(aBusMessage(event))).toEqual({
      id: 'event-1',
      type,
      version: 1,
      time: event.detail.metadata.timestamp,
      data: JSON.parse(JSON.stringify(event.detail.data)),
    });
  });

  it.each([
    ['no JSON', 'hello', ''],
    ['an event of others', aBusMessage(undefined, { source: 'aws.ec2' }), 'source'],
    ['a type that is not ours', aBusMessage(undefined, { 'detail-type': 'Anything' }), 'detail-type'],
    ['an event without a detail', aBusMessage(undefined, { detail: undefined }), 'detail'],
    [
      'an event without data',
      aBusMessage(undefined, { detail: { metadata: anOutboxEvent().detail.metadata } }),
      'data',
    ],
    ['JSON that is no object', '[]', ''],
  ])('is none where it is %s', (_case, text, path) => {
    expect(parseBusEvent(text)).toMatchObject({ kind: 'malformed', problem: expect.stringContaining(path) });
  });
});

it('an event of a week is read with all its data', () => {
  const event = aReportEvent();

  expect(eventOf(aBusMessage(event))).toEqual({
    id: 'report-1',
    type: 'SlaReported',
    version: 1,
    time: '2026-03-09T08:00:00.000Z',
    data: JSON.parse(JSON.stringify(event.detail.data)),
  });
});

it('an event of a week without the week is none', () => {
  const { metadata } = aReportEvent().detail;
  const text = aBusMessage(aReportEvent(), { detail: { metadata, data: { rollbackId: 'a' } } });

  expect(parseBusEvent(text)).toMatchObject({ kind: 'malformed', problem: expect.stringContaining('window') });
});

describe('a CloudEvent', () => {
  it('says who sends it, what it is and what it is about', () => {
    const { event } = someNews();

    expect(toCloudEvent(event, 'prod')).toEqual({
      specversion: '1.0',
      id: 'event-1',
      source: `/weightless/prod/${event.data.cluster}`,
      type: 'dev.weightless.RollbackCompleted.v1',
      subject: event.data.canary,
      time: event.time,
      datacontenttype: 'application/json',
      data: event.data,
    });
  });

  it('has a source that is a URI, whatever the cluster is called', () => {
    const { event } = someNews();
    const named = { ...event, data: { ...event.data, cluster: 'arn:aws:eks:eu-central-1:1:cluster/a b?' } };

    const { source } = toCloudEvent(named, 'prod');

    expect(source).toBe('/weightless/prod/arn%3Aaws%3Aeks%3Aeu-central-1%3A1%3Acluster%2Fa%20b%3F');
    expect(new URL(source, 'https://example.com').pathname).toBe(source);
  });

  it('of a week is of the deployment as a whole', () => {
    const { event } = reportNews();

    const cloudEvent = toCloudEvent(event, 'prod');

    expect(cloudEvent).toMatchObject({ source: '/weightless/prod', type: 'dev.weightless.SlaReported.v1' });
    expect(cloudEvent).not.toHaveProperty('subject');
    expect(cloudEvent.data).toMatchObject({ page: 'https://weightless.example.com/?window=2026-03-02/2026-03-08' });
  });

  it('has no subject while the canary is not known', () => {
    const { event } = someNews();

    expect(toCloudEvent({ ...event, data: { ...event.data, canary: '-' } }, 'prod')).not.toHaveProperty('subject');
  });
});
