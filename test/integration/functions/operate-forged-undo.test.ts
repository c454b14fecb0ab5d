import { describe, expect, it } from 'vitest';
import { aVirtualService, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { operateService } from '#test/doubles/operate-service.ts';

const STABLE = '/spec/http/1/route/0';
const CANARY = '/spec/http/1/route/1';
const evil = { host: 'evil.example.com' };

/** The incident, rolled back, and then somebody writes another inverse patch into its journal. */
async function forged(undo: unknown[]) {
  const service = operateService({ objects: [aVirtualService()] });
  await service.post();
  service.clock.advance(60_000);
  const [record] = await service.records();
  service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
    const [entry] = JSON.parse(metadata.annotations?.['weightless/journal'] ?? '[]');
    metadata.annotations = { 'weightless/journal': JSON.stringify([{ ...entry, undo }]) };
  });
  return { service, id: record?.id ?? '' };
}

describe('a restore by a forged journal', () => {
  it.each([
    ['what is no part of the spec', [{ op: 'add', path: '/metadata/labels/evil', value: 'x' }]],
    ['the hosts', [{ op: 'replace', path: '/spec/hosts', value: ['evil'] }]],
    ['the gateways', [{ op: 'add', path: '/spec/gateways', value: ['evil'] }]],
    ['all routes', [{ op: 'replace', path: '/spec/http', value: [{ route: [{ destination: evil }] }] }]],
    ['all of a route', [{ op: 'replace', path: '/spec/http/1/route', value: [{ destination: evil }] }]],
    ['a fault', [{ op: 'add', path: '/spec/http/1/fault', value: { abort: { httpStatus: 500 } } }]],
    ['a rewrite', [{ op: 'add', path: '/spec/http/1/rewrite', value: { uri: '/x' } }]],
    ['a match', [{ op: 'remove', path: '/spec/http/0/match' }]],
    ['a header', [{ op: 'add', path: `${STABLE}/headers`, value: { request: { set: { 'x-admin': '1' } } } }]],
    ['a mirror', [{ op: 'add', path: '/spec/http/1/mirror', value: evil }]],
    ['how much a mirror of another gets', [{ op: 'add', path: '/spec/http/1/mirrorPercentage', value: { value: 1 } }]],
    ['another destination', [{ op: 'replace', path: `${CANARY}/destination`, value: evil }]],
    [
      'the canary at another port',
      [
        {
          op: 'replace',
          path: `${CANARY}/destination`,
          value: { host: 'payment-svc', subset: 'v2', port: { number: 22 } },
        },
      ],
    ],
    ['a negative weight', [{ op: 'add', path: `${CANARY}/weight`, value: -5 }]],
    ['a weight that no gateway can read', [{ op: 'add', path: `${CANARY}/weight`, value: 2 ** 40 }]],
    ['no weight at all', [{ op: 'add', path: `${STABLE}/weight`, value: 0 }]],
  ])('does not bring in %s, not even with force', async (_, undo) => {
    const { service, id } = await forged(undo);
    const before = service.cluster.read(INCIDENT_NAME);
    const restore = (force: boolean) =>
      service.operate({ path: `/v1/rollbacks/${id}/restore`, body: { reason: 'v2 was not at fault', force } });

    const answers = [await restore(false), await restore(true)];

    for (const { status, body } of answers)
      expect({ status, body }).toMatchObject({ status: 409, body: { problems: [{ problem: 'undo-does-not-fit' }] } });
    expect(service.cluster.read(INCIDENT_NAME)).toEqual(before);
  });
});
