import { expect } from 'vitest';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { RawAlert } from '#test/builders/alert.ts';
import { withFields } from '#test/scenarios/run-scenario.ts';
import type { FaultWorld } from './fault-world.ts';
import type { Tally } from './tally.ts';

/** The canary has nothing, and nothing else of the spec is another. */
export async function expectZero(world: FaultWorld): Promise<void> {
  const { spec } = await world.object();
  expect(spec).toEqual(withFields(world.spec, { 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 }));
}

/**
 * What must hold in the end, whatever went wrong on the way: the canary at zero, one patch's journal, one record and
 * one event a firing, and a time that is never earlier than an outside observer's and at most a second later.
 */
export async function expectRollback(
  world: FaultWorld,
  row: Tally,
  alerts: readonly RawAlert[] = [world.alert()],
): Promise<readonly RollbackRecord[]> {
  await expectZero(world);
  await expectJournal(world, alerts);
  const records = await world.records();
  expect(records.map(({ alert }) => alert.fingerprint).sort()).toEqual(alerts.map((one) => one.fingerprint).sort());
  expect(records.map(({ outcome, reason }) => ({ outcome, reason }))).toEqual(
    alerts.map(() => ({ outcome: 'rolled-back', reason: undefined })),
  );
  const events = await world.events();
  expect(events.map(({ type, rollbackId }) => `${type} ${rollbackId}`).sort()).toEqual(
    records.map(({ id }) => `RollbackCompleted ${id}`).sort(),
  );
  for (const record of records) await expectTime(world, row, record);
  return records;
}

async function expectJournal(world: FaultWorld, alerts: readonly RawAlert[]): Promise<void> {
  const { metadata } = await world.object();
  const entries: { alerts: string[]; state: string; uid: string }[] = JSON.parse(
    metadata.annotations?.['weightless/journal'] ?? '[]',
  );
  const firings = alerts.map(({ fingerprint, startsAt }) => `${fingerprint}@${startsAt}`);
  expect(entries.flatMap((entry) => entry.alerts).sort()).toEqual(firings.sort());
  expect(entries).toMatchObject([{ state: 'open', uid: metadata['uid'] }]);
  expect(metadata.labels).toMatchObject({ 'weightless/held': 'true' });
}

/**
 * The observer's own bounds. A time that only the journal tells rests on the time stamp of the API server, which it
 * takes before it stores the object: where it takes long from there on, as with a slow admission webhook, the time may
 * be as much too early; the proxy saw how long it took at most. It may be late by as long as the machine itself stalled.
 */
export async function expectTime(world: FaultWorld, row: Tally, { timeline }: RollbackRecord): Promise<void> {
  const { lastAbove, firstZero } = await world.observed();
  const { zeroedAt = Number.NaN, zeroedPrecision } = timeline;
  const allowance = zeroedPrecision === 'journal' ? slowestPatchMs(world, firstZero) : 0;
  expect(zeroedAt).toBeGreaterThanOrEqual(lastAbove - allowance);
  expect(zeroedAt).toBeLessThanOrEqual(firstZero + 1000 + world.stalledMs());
  row.measure(`zeroedAt (${zeroedPrecision}) minus the moment the observer heard of it, ms:`, zeroedAt - firstZero);
  if (zeroedAt < lastAbove)
    row.measure('zeroedAt earlier than the observer’s last sight of the canary, ms:', lastAbove - zeroedAt);
}

function slowestPatchMs({ kube }: FaultWorld, firstZero: number): number {
  const sent = kube.noted.filter(({ method, forwardedAt }) => method === 'PATCH' && forwardedAt !== undefined);
  return Math.max(0, ...sent.map(({ forwardedAt = 0, answeredAt = firstZero }) => answeredAt - forwardedAt));
}
