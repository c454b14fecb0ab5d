import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, inject, test, vi } from 'vitest';
import { destinationRule, virtualService } from '#test/real/incident-world.ts';
import { ageJournal } from './age-journal.ts';
import { webhookAbout } from './alerts.ts';
import { stackOf } from './stack.ts';
import { functionName } from './world.ts';

const stack = stackOf(inject('world'));
const { admin, aws } = stack;

/** A rollback of which only the journal is left. */
async function loseRecord() {
  const namespace = await admin.newNamespace();
  await admin.create(destinationRule(namespace));
  await admin.create(virtualService(namespace));
  await stack.post(webhookAbout({ namespace }));
  const [written] = await stack.records(namespace);
  await stack.forget(namespace);
  await ageJournal(admin, virtualService(namespace));
  return { namespace, written };
}

describe('guard, on the deployed stack', () => {
  test('makes the record of a rollback that the table has lost, from the journal', async () => {
    const { namespace, written } = await loseRecord();

    const run = await aws.lambda.send(new InvokeCommand({ FunctionName: functionName('guard'), Payload: '{}' }));

    expect(run.FunctionError).toBeUndefined();
    expect(written).toMatchObject({ outcome: 'rolled-back', timeline: { zeroedPrecision: 'observed' } });
    expect(await stack.records(namespace)).toMatchObject([
      { id: written?.id, outcome: 'rolled-back', timeline: { zeroedPrecision: 'journal' } },
    ]);
  });

  test('is run every minute without anybody', async () => {
    const { namespace, written } = await loseRecord();

    const made = await vi.waitFor(
      async () => {
        const records = await stack.records(namespace);
        expect(records).toHaveLength(1);
        return records;
      },
      { timeout: 150_000, interval: 500 },
    );

    expect(made).toMatchObject([{ id: written?.id, timeline: { zeroedPrecision: 'journal' } }]);
  });
});
