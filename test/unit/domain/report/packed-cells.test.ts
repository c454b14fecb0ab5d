import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLength } from '#shared/domain/report/histogram.ts';
import { addPacked, addPackedTotal, type Cell, packCells } from '#shared/domain/report/packed-cells.ts';
import { textOf } from '#shared/domain/report/service-of.ts';
import { emptyTally, histogramsOf, type Tally } from '#shared/domain/report/tally.ts';

const name = fc.string({ maxLength: 80 });
const count = fc.nat({ max: 2_000_000_000 });
const tally = fc
  .record({
    rollbacks: fc.uniqueArray(
      fc.tuple(fc.constantFrom('rolled-back', 'refused:other-version', 'pending:conflict'), count),
      {
        selector: ([kind]) => kind,
      },
    ),
    met: count,
    lengths: fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4_000_000_000 })), { maxLength: 40 }),
  })
  .map(({ rollbacks, met, lengths }): Tally => {
    const filled = { ...emptyTally(), rollbacks: new Map(rollbacks) };
    filled.episodes.met = met;
    const histograms = histogramsOf(filled);
    for (const [which, ms] of lengths) {
      const histogram = histograms[which];
      if (histogram) addLength(histogram, ms);
    }
    return filled;
  });
const cells = fc.uniqueArray(fc.record({ key: fc.record({ cluster: name, namespace: name, service: name }), tally }), {
  selector: ({ key }) => textOf(key),
  maxLength: 30,
});

function unpacked(all: readonly Cell[]): Map<string, Tally> {
  const read = new Map<string, Tally>();
  for (const part of packCells(all)) {
    addPacked(part, (key) => {
      const made = emptyTally();
      read.set(textOf(key), made);
      return [made];
    });
  }
  return read;
}

describe('packed cells', () => {
  it('hold every count of every service', () => {
    fc.assert(
      fc.property(cells, (all) => {
        expect(unpacked(all)).toEqual(new Map(all.map(({ key, tally }) => [textOf(key), tally])));
      }),
    );
  });

  it('hold the sum of all services beside them', () => {
    fc.assert(
      fc.property(cells, (all) => {
        for (const part of packCells(all)) {
          const [sum, total] = [emptyTally(), emptyTally()];
          addPacked(part, () => [sum]);

          expect(addPackedTotal(part, total)).toBe(true);
          expect(total).toEqual(sum);
        }
      }),
    );
  });

  it('say that there is no sum in what was stored without one', () => {
    const [part] = packCells([{ key: { cluster: 'eu', namespace: 'shop', service: 'pay' }, tally: emptyTally() }]);

    expect(part && addPackedTotal({ ...part, total: undefined }, emptyTally())).toBe(false);
  });

  it('pass over the services that nobody asks for', () => {
    const [wanted, other] = ['wanted', 'other'].map((service): Cell => {
      const tally = emptyTally();
      tally.rollbacks.set('rolled-back', service.length);
      return { key: { cluster: 'eu', namespace: 'shop', service }, tally };
    });
    if (!wanted || !other) throw new Error('two cells');
    const sum = emptyTally();

    for (const part of packCells([other, wanted, other]))
      addPacked(part, ({ service }) => (service === 'wanted' ? [sum] : []));

    expect(sum.rollbacks).toEqual(new Map([['rolled-back', 6]]));
  });

  it('are split before a part is too large for one item', () => {
    const many = Array.from({ length: 5000 }, (_, index) => {
      const tally = emptyTally();
      for (let ms = 1; ms < 100_000; ms *= 1.1) addLength(tally.alertToZero, ms);
      return { key: { cluster: 'eu', namespace: 'shop', service: `service-${index}` }, tally };
    });

    const sizes = packCells(many).map(({ keys, numbers }) => JSON.stringify(keys).length + numbers.length);

    expect(Math.max(...sizes)).toBeLessThan(350 * 1024);
    expect(unpacked(many).size).toBe(5000);
  });

  it('are refused where they were cut', () => {
    const [part] = packCells([{ key: { cluster: 'eu', namespace: 'shop', service: 'pay' }, tally: emptyTally() }]);
    if (!part) throw new Error('one part');

    const read = (numbers: Uint8Array) => () => addPacked({ ...part, numbers }, () => [emptyTally()]);

    expect(read(part.numbers.subarray(0, -1))).toThrow(RangeError);
    expect(read(new Uint8Array([...part.numbers, 0]))).toThrow(RangeError);
    expect(() => addPacked({ ...part, kinds: [], numbers: Uint8Array.of(3, 1, 0, 1) }, () => [emptyTally()])).toThrow(
      /not listed/,
    );
  });
});
