import { describe, expect, it } from 'vitest';
import { repointedCanaries } from '#shared/domain/canary-by-journal.ts';
import { parseDestination } from '#shared/domain/destination.ts';
import { findCanary } from '#shared/domain/find-canary.ts';
import { findVirtualServices } from '#shared/domain/find-virtual-services.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import { readManaged } from '#shared/domain/managed.ts';
import { anAlert } from '#test/builders/alert.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aParsedVirtualService, INCIDENT_CANARY } from '#test/builders/virtual-service.ts';

const NOW = FIRED_AT + 60_000;
const [firing = ''] = aJournalEntry().alerts;
const v2 = parseDestination(INCIDENT_CANARY);
const payments = { host: 'payment-next.production.svc.cluster.local' };

/** The object after a rollback that took the canary out of its routes. */
function repointed(annotations: Record<string, string>, subsets: readonly string[] = ['v1']) {
  const route = subsets.map((subset) => ({ destination: { host: 'payment-svc', subset }, weight: 50 }));
  const [managed] = readManaged([
    aParsedVirtualService({ annotations, spec: { hosts: ['payment-svc'], http: [{ route }] } }),
  ]);
  if (!managed) throw new Error('one object');
  return managed;
}

function ask(managed: ReturnType<typeof repointed>, entries: readonly JournalEntry[], of = firing) {
  const lost = repointedCanaries(managed, { entries, ignored: 0 }, of, NOW);
  return findCanary({ alert: anAlert(), managed, rules: [], rollouts: [], repointed: lost });
}

describe('a canary that its rollback took out of the routes', () => {
  it('is still what its own firing is about', () => {
    expect(ask(repointed({}), [aJournalEntry()])).toEqual({ kind: 'found', by: 'journal', canary: v2 });
  });

  it('is still what its firing is about where the rest looks like a canary and stable', () => {
    expect(ask(repointed({}, ['canary', 'stable']), [aJournalEntry()])).toMatchObject({ by: 'journal', canary: v2 });
  });

  it.each([
    ['v2', aJournalEntry(), v2],
    ['payment-svc/v2', aJournalEntry(), v2],
    ['payment-next', aJournalEntry({ canary: payments.host }), payments],
  ])('is still what the mark %s names, for any firing', (mark, entry, canary) => {
    const managed = repointed({ 'weightless/canary': mark, 'weightless/stable': 'v1' }, ['v1', 'v3']);

    expect(ask(managed, [entry], 'another@firing')).toMatchObject({ kind: 'found', by: 'marks', canary });
  });

  it('is not guessed for another firing without a mark', () => {
    expect(ask(repointed({}), [aJournalEntry()], 'another@firing')).toEqual({ kind: 'no-canary' });
    expect(ask(repointed({}, ['v1', 'v3']), [aJournalEntry()], 'another@firing')).toMatchObject({ kind: 'ambiguous' });
  });

  it('is forgotten after the hold, and where the entry was closed', () => {
    expect(ask(repointed({}), [aJournalEntry({ holdUntil: NOW })])).toEqual({ kind: 'no-canary' });
    expect(ask(repointed({}), [aJournalEntry({ state: 'released' })])).toEqual({ kind: 'no-canary' });
  });

  it('counts for nothing where an older version left the entry, or the object names it again', () => {
    const { canary, ...older } = aJournalEntry();
    const back = repointed({ 'weightless/canary': 'v2' }, ['v1', 'v2']);

    expect(ask(repointed({}), [older])).toEqual({ kind: 'no-canary' });
    expect(ask(back, [aJournalEntry()])).toMatchObject({ by: 'marks', canary: v2 });
  });

  it('is no way past malformed marks', () => {
    expect(ask(repointed({ 'weightless/sla': 'soon' }), [aJournalEntry()])).toMatchObject({ kind: 'invalid-marks' });
  });
});

describe('the objects of an alert about a host', () => {
  const managed = repointed({});
  const alert = anAlert({
    labels: { destination_service_name: 'payment-next', destination_service_namespace: 'production' },
  });

  it('are those that route to it, or lost it to a rollback', () => {
    const found = findVirtualServices(alert, [managed], () => [payments]);

    expect(found).toMatchObject({ kind: 'found', by: 'istio', host: payments.host, virtualServices: [managed] });
    expect(findVirtualServices(alert, [managed])).toEqual({ kind: 'not-found' });
  });
});
