import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FINGERPRINT, firingOf } from '#shared/domain/alert.ts';
import { journaledFirings, parseFiring } from '#shared/domain/journaled-firing.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';

describe('a firing', () => {
  it('is read back from what it is written as, whatever its fingerprint and time', () => {
    const startsAt = fc.date({ min: new Date(1), max: new Date(Date.UTC(9999, 0)), noInvalidDate: true });
    fc.assert(
      fc.property(fc.stringMatching(FINGERPRINT), startsAt, (fingerprint, at) => {
        const alert = { fingerprint, startsAt: at.getTime() };

        expect(parseFiring(firingOf(alert))).toEqual(alert);
      }),
    );
  });

  it.each([
    '+x@2026-03-04T05:06:07.000Z',
    `${'x'.repeat(3000)}@2026-03-04T05:06:07.000Z`,
    'a@+012345-03-04T05:06:07.000Z',
    '',
    '@',
    'x',
    'a@b',
    '@2026-03-04T05:06:07.000Z',
    'a@2026-03-04',
    'a@2026-02-30T05:06:07.000Z',
    'a@0',
  ])('is not %j', (text) => {
    expect(parseFiring(text)).toBeUndefined();
  });
});

describe('the firings of a journal', () => {
  const always = { after: Number.NEGATIVE_INFINITY, before: Number.POSITIVE_INFINITY };
  const of = (...entries: ReturnType<typeof aJournalEntry>[]) => journaledFirings({ entries, ignored: 0 }, always);

  it('are those of every entry, whatever has become of it, with the canary that it names', () => {
    const open = aJournalEntry({ alerts: ['a@2026-03-04T05:06:07.000Z', 'b@2026-03-04T05:06:07.000Z'] });
    const closed = aJournalEntry({ state: 'closed', canary: 'other', alerts: ['c@2026-03-04T05:06:07.000Z'] });

    expect(of(open, closed).map(({ canary, fingerprint }) => [canary, fingerprint])).toEqual([
      [open.canary, 'a'],
      [open.canary, 'b'],
      ['other', 'c'],
    ]);
  });

  it('are none of an entry that names no canary, or none that could be one, and at most twenty of one', () => {
    const many = Array.from({ length: 30 }, (_, index) => `f${index}@2026-03-04T05:06:07.000Z`);

    expect(of(aJournalEntry({ canary: undefined }))).toEqual([]);
    for (const canary of ['host/', '-', 'a#b/v2', 'a b', `${'x'.repeat(3000)}/v2`])
      expect(of(aJournalEntry({ canary }))).toEqual([]);
    expect(of(aJournalEntry({ alerts: many }))).toHaveLength(20);
  });

  it('are none of an entry whose delivery cannot have been', () => {
    const { sentAt } = aJournalEntry();

    expect(of(aJournalEntry({ receivedAt: sentAt + 3_600_000 }))).toEqual([]);
    expect(of(aJournalEntry({ receivedAt: 0 }))).toEqual([]);
  });

  it('are those of patches sent within the times', () => {
    const { sentAt } = aJournalEntry();
    const found = (after: number, before: number) =>
      journaledFirings({ entries: [aJournalEntry()], ignored: 0 }, { after, before }).length;

    expect([found(sentAt - 1, sentAt + 1), found(sentAt, sentAt + 1), found(sentAt - 1, sentAt)]).toEqual([1, 0, 0]);
  });
});
