import { describe, expect, it } from 'vitest';
import { holdHistory } from '#shared/domain/hold-history.ts';
import { lastWriter } from '#shared/domain/last-writer.ts';
import type { HistoryEntry } from '#shared/domain/rollback-record.ts';
import { aParsedVirtualService } from '#test/builders/virtual-service.ts';

const NOW = 1_772_600_800_000;
const reverted = (number: number, pages = false): HistoryEntry => ({ kind: 'reverted', at: NOW, number, pages });
const reasserted = (number: number): HistoryEntry => ({ kind: 'reasserted', at: NOW, number });

describe('the history of a hold', () => {
  it.each<[string, HistoryEntry[], Parameters<typeof holdHistory>[1], HistoryEntry[]]>([
    ['nothing happened', [], { reasserts: 0 }, []],
    ['one was mended', [], { reasserts: 1 }, [reverted(1), reasserted(1)]],
    ['one was left, and is mended now', [reverted(1, true)], { reasserts: 1 }, [reasserted(1)]],
    ['one is left', [], { reasserts: 0, putBack: { pages: true } }, [reverted(1, true)]],
    ['one is still left', [reverted(1, true)], { reasserts: 0, putBack: { pages: true } }, []],
    ['it is told by another', [reverted(1), reasserted(1)], { reasserts: 1 }, []],
    ['another knew more', [reverted(1), reasserted(1), reverted(2), reasserted(2)], { reasserts: 1 }, []],
    [
      'the next is left after one that was mended',
      [reverted(1), reasserted(1)],
      { reasserts: 1, putBack: { pages: false } },
      [reverted(2)],
    ],
  ])('takes in what is new where %s', (_, history, news, added) => {
    expect(holdHistory(history, news, NOW)).toEqual(added);
  });

  it('gives the name of the last writer to the last revert only', () => {
    const writer = { by: 'argocd-controller', at: NOW - 1000 };

    expect(holdHistory([], { reasserts: 2, reverted: writer }, NOW)).toEqual([
      reverted(1),
      reasserted(1),
      { ...reverted(2), by: 'argocd-controller', writtenAt: NOW - 1000 },
      reasserted(2),
    ]);
  });
});

describe('who wrote the routes last', () => {
  const writtenBy = (...managedFields: ReturnType<typeof aParsedVirtualService>['metadata']['managedFields']) => {
    const object = aParsedVirtualService();
    return lastWriter({ ...object, metadata: { ...object.metadata, managedFields } });
  };

  it('is the latest manager that owns them, and never we', () => {
    expect(
      writtenBy(
        { manager: 'kubectl', time: 2000, ownsRoutes: true },
        { manager: 'argocd-controller', time: 3000, ownsRoutes: true },
        { manager: 'weightless', time: 4000, ownsRoutes: true },
        { manager: 'istiod', time: 5000 },
      ),
    ).toEqual({ by: 'argocd-controller', at: 3000 });
  });

  it('is told without a time where that cannot be read, and cut where it is no name', () => {
    expect(writtenBy({ manager: 'x'.repeat(999), time: Number.NaN, ownsRoutes: true })).toEqual({
      by: 'x'.repeat(128),
    });
  });

  it('is nobody where the object does not say', () => {
    expect(writtenBy({ manager: '', time: 1, ownsRoutes: true }, { manager: 'istiod', time: 2 })).toBeUndefined();
  });
});
