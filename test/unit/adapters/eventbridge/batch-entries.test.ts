import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchEntries, entryBytes, MAX_BYTES, MAX_ENTRIES } from '#shared/adapters/eventbridge/batch-entries.ts';

describe('entryBytes', () => {
  it('counts as EventBridge counts: UTF-8, and 14 for a time', () => {
    const entry = { EventBusName: 'bus', Source: 'weightless', DetailType: 'Ä', Detail: '{"a":"€"}' };

    expect(entryBytes(entry)).toBe(10 + 2 + 11);
    expect(entryBytes({ ...entry, Time: new Date(0) })).toBe(10 + 2 + 11 + 14);
  });
});

describe('batchEntries', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: MAX_BYTES - 1 })));

  it('keeps every entry, in order, within both limits', () => {
    fc.assert(
      fc.property(sizes, (all) => {
        const entries = all.map((bytes, place) => ({ bytes, place }));

        const batches = batchEntries(entries);

        expect(batches.flat()).toEqual(entries);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(MAX_ENTRIES);
          expect(batch.reduce((total, { bytes }) => total + bytes, 0)).toBeLessThan(MAX_BYTES);
        }
      }),
    );
  });

  it('makes no more calls than the limits ask for', () => {
    const twentyOne = Array.from({ length: 21 }, () => ({ bytes: 1 }));
    const halves = Array.from({ length: 3 }, () => ({ bytes: MAX_BYTES / 2 }));
    const justFits = [{ bytes: MAX_BYTES - 2 }, { bytes: 1 }];

    expect(batchEntries(twentyOne).map(({ length }) => length)).toEqual([10, 10, 1]);
    expect(batchEntries(halves)).toHaveLength(3);
    expect(batchEntries(justFits)).toHaveLength(1);
    expect(batchEntries([])).toEqual([]);
  });
});
