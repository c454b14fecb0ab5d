import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import {
  itemProblems,
  parseEventItem,
  parseRollbackItem,
  parseTargetItem,
  type RollbackItemSchema,
  type TargetItemSchema,
} from '#shared/contracts/items.ts';
import type { RollbackRecord, TargetRecord } from '#shared/domain/rollback-record.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aReportEvent } from '#test/builders/report-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aTargetRecord } from '#test/builders/target-record.ts';

/** The schema's own fields, without those of the table and without the index signature of a loose object. */
type Known<T, TableField extends string> = {
  [K in keyof T as string extends K ? never : K extends TableField ? never : K]: T[K];
};
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

const keys = { pk: 'P', sk: 'S', expiresAt: 1 };
const rollbackItem = { ...aRollbackRecord(), ...keys, day: '2026-03-04', received: 'r', unfinished: 'UNFINISHED' };

describe('the items of the table', () => {
  it('have the types of the records, no field more, less or different', () => {
    type RollbackItem = Known<
      z.infer<typeof RollbackItemSchema>,
      'pk' | 'sk' | 'expiresAt' | 'day' | 'received' | 'unfinished'
    >;
    type TargetItem = Known<z.infer<typeof TargetItemSchema>, 'pk' | 'sk' | 'expiresAt'>;

    expectTypeOf<Frozen<RollbackItem>>().toEqualTypeOf<Frozen<RollbackRecord>>();
    expectTypeOf<Frozen<TargetItem>>().toEqualTypeOf<Frozen<TargetRecord>>();
  });

  it('are read as records, without what belongs to the table', () => {
    const rollback = parseRollbackItem(rollbackItem);
    const target = parseTargetItem({ ...aTargetRecord(), ...keys });
    const event = parseEventItem({ ...anOutboxEvent(), ...keys, unsent: 'UNSENT' });
    const report = parseEventItem({ ...aReportEvent(), ...keys, unsent: 'UNSENT' });

    expect(rollback).toStrictEqual(aRollbackRecord());
    expect(target).toStrictEqual(aTargetRecord());
    expect(event).toStrictEqual(anOutboxEvent());
    expect(report).toStrictEqual(aReportEvent());
  });

  it('keep what a newer version wrote beside', () => {
    expect(parseRollbackItem({ ...rollbackItem, verifiedAt: 42 })).toHaveProperty('verifiedAt', 42);
    expect(parseTargetItem({ ...aTargetRecord(), ...keys, owner: 'flagger' })).toHaveProperty('owner', 'flagger');
  });

  it('are refused with the path of what is wrong', () => {
    const read = () => parseRollbackItem({ ...rollbackItem, sla: { ...aRollbackRecord().sla, late: 'no' } });

    expect(problemsOf(read)).toMatch(/^an item is not what this version writes: .*at sla\.late$/s);
  });

  it('have no problems to tell of where the error is another one', () => {
    expect(itemProblems(new Error('no answer'))).toBeUndefined();
  });
});

function problemsOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return itemProblems(error);
  }
}
