import { describe, expect, it } from 'vitest';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { describeRollbackLog } from '#test/port-suites/rollback-log.ts';

const signal = new AbortController().signal;

describeRollbackLog('memory', async () => {
  const log = memoryRollbackLog();
  return { log, outbox: log.outbox, close: async () => undefined };
});

describe('memoryRollbackLog', () => {
  it('tells subscribers of the events of a written change, after it is written, until they leave', async () => {
    const log = memoryRollbackLog();
    const told: string[] = [];
    const leave = log.subscribe((events) => told.push(...events.map(({ id }) => id)));

    await log.commit({ rollbacks: [], remove: [], events: [anOutboxEvent({ id: 'one' })] }, signal);
    await log.commit({ rollbacks: [], remove: [], events: [anOutboxEvent({ id: 'one' })] }, signal);
    leave();
    await log.commit({ rollbacks: [], remove: [], events: [anOutboxEvent({ id: 'two' })] }, signal);

    expect(told).toEqual(['one']);
  });

  it('keeps copies: what a caller does to its own object later is not in the log', async () => {
    const log = memoryRollbackLog();
    const unknowns = ['rollouts'];
    await log.commit({ rollbacks: [aRollbackRecord({ unknowns })], remove: [], events: [] }, signal);

    unknowns.push('pods');

    const { rollbacks } = await log.read(['a1b2c3'], undefined, signal);
    expect(rollbacks.get('a1b2c3')?.unknowns).toEqual(['rollouts']);
  });
});
