import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, inject, test, vi } from 'vitest';
import { parseReport } from '#shared/contracts/report.ts';
import { SERVICE, virtualService } from '#test/real/incident-world.ts';
import { ageJournal } from './age-journal.ts';
import { agedRecord } from './aged-record.ts';
import { atWeights, putBack, rolledBack, runGuard } from './incidents.ts';
import { stackOf } from './stack.ts';
import { CLUSTERS } from './world-settings.ts';

const WITHIN = { timeout: 150_000, interval: 200 };
const stack = stackOf(inject('world'));
const { admin, aws, world } = stack;

/** A rollback of which only the journal is left. */
async function loseRecord() {
  const namespace = await rolledBack(stack);
  const [written] = await stack.records(namespace);
  await stack.forget(namespace);
  await ageJournal(admin, virtualService(namespace));
  return { namespace, written };
}

describe('guard, on the deployed stack', () => {
  test('makes the record of a rollback that the table has lost, from the journal', async () => {
    const { namespace, written } = await loseRecord();

    // The first run of all folds the days of a year, which takes the emulator its time.
    const made = await vi.waitFor(async () => {
      await runGuard(stack);
      return stack.records(namespace);
    }, WITHIN);

    expect(written).toMatchObject({ outcome: 'rolled-back', timeline: { zeroedPrecision: 'observed' } });
    expect(made).toMatchObject([{ id: written?.id, outcome: 'rolled-back', timeline: { zeroedPrecision: 'journal' } }]);
  });

  test('is run every minute without anybody, and takes a canary to zero again that was put back in its hold', async () => {
    const namespace = await rolledBack(stack);
    const [record] = await stack.records(namespace);

    await putBack(stack, namespace);
    await vi.waitFor(async () => expect(await admin.get(virtualService(namespace))).toMatchObject(atWeights(100, 0)), {
      timeout: 150_000,
      interval: 500,
    });

    const events = ['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted'];
    const told = async () => (await stack.notifications(namespace)).map(({ body }) => JSON.parse(body));
    await vi.waitFor(async () => expect(await told()).toHaveLength(events.length), WITHIN);
    const types = new Map((await told()).map(({ type, data }) => [type, data]));
    expect(new Set(types.keys())).toEqual(new Set(events.map((type) => `dev.weightless.${type}.v1`)));
    expect(types.get('dev.weightless.RollbackReverted.v1')).toMatchObject({ rollbackId: record?.id, pages: false });
    expect(await stack.records(namespace)).toMatchObject([
      { id: record?.id, outcome: 'rolled-back', history: [{ kind: 'reverted' }, { kind: 'reasserted' }] },
    ]);
  });

  test('sees in the Prometheus of a cluster that the canary gets no requests any more', async () => {
    const namespace = await rolledBack(stack);
    await stack.requests(namespace, 0);

    const verified = await vi.waitFor(async () => {
      await runGuard(stack);
      const [record] = await stack.records(namespace);
      expect(record?.timeline['verifiedAt']).toEqual(expect.any(Number));
      return record;
    }, WITHIN);

    expect(verified).toMatchObject({ outcome: 'rolled-back', history: [{ kind: 'verified' }] });
  });

  test('folds a finished day, by which a report then counts it', async () => {
    const namespace = await rolledBack(stack);
    const [record] = await stack
      .items('ROLLBACK#')
      .then((all) => all.filter((item) => JSON.stringify(item).includes(namespace)));
    const { item, note, day } = agedRecord(record ?? {}, 2);
    const TableName = world.outputs['TableName'];
    await stack.forget(namespace);
    await aws.dynamodb.send(new PutCommand({ TableName, Item: item }));
    await aws.dynamodb.send(new PutCommand({ TableName, Item: note }));

    await vi.waitFor(async () => {
      await runGuard(stack);
      expect((await stack.items('CHANGED')).filter(({ sk }) => sk === note.sk)).toEqual([]);
    }, WITHIN);
    // What is folded needs its records no more.
    await aws.dynamodb.send(new DeleteCommand({ TableName, Key: { pk: item.pk, sk: item.sk } }));
    const { status, body } = await stack.read(`/v1/report?window=7d&cluster=${CLUSTERS.first}&namespace=${namespace}`);

    expect(status).toBe(200);
    const report = parseReport(body);
    expect(report.services.listed).toMatchObject([{ namespace, service: SERVICE, rollbacks: { total: 1 } }]);
    expect(report.days.filter(({ rollbacks }) => rollbacks.total > 0)).toMatchObject([{ day, episodes: { met: 1 } }]);
  });
});
