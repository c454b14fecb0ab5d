import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, inject, test } from 'vitest';
import { destinationRule, virtualService } from '#test/real/incident-world.ts';
import { ageJournal } from './age-journal.ts';
import { webhookAbout } from './alerts.ts';
import { stackOf } from './stack.ts';
import { functionName } from './world.ts';

const stack = stackOf(inject('world'));
const { admin, aws } = stack;

describe('guard, invoked on the deployed stack', () => {
  test('makes the record of a rollback that the table has lost, from the journal', async () => {
    const namespace = await admin.newNamespace();
    await admin.create(destinationRule(namespace));
    await admin.create(virtualService(namespace));
    await stack.post(webhookAbout({ namespace }));
    const [written] = await stack.records(namespace);
    await stack.forget(namespace);
    await ageJournal(admin, virtualService(namespace));
    const lost = await stack.records(namespace);

    const run = await aws.lambda.send(new InvokeCommand({ FunctionName: functionName('guard'), Payload: '{}' }));

    expect(run.FunctionError).toBeUndefined();
    expect(written).toMatchObject({ outcome: 'rolled-back', timeline: { zeroedPrecision: 'observed' } });
    expect(lost).toEqual([]);
    expect(await stack.records(namespace)).toMatchObject([
      { id: written?.id, outcome: 'rolled-back', timeline: { zeroedPrecision: 'journal' } },
    ]);
  });
});
