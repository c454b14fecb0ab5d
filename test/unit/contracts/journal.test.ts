import { describe, expect, it } from 'vitest';
import { readJournal } from '#shared/contracts/journal.ts';
import { JOURNAL_MAX_BYTES, writeJournal } from '#shared/domain/journal.ts';
import { MARK } from '#shared/domain/marks.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { aParsedVirtualService } from '#test/builders/virtual-service.ts';

const read = (text: string) => readJournal(aParsedVirtualService({ annotations: { [MARK.journal]: text } }));

describe('the journal of an object', () => {
  it('is read as it was written', () => {
    const entries = [aJournalEntry({ id: 'new', flux: true }), aJournalEntry({ id: 'old', state: 'closed' })];

    const text = writeJournal(aParsedVirtualService(), entries);

    expect(read(text ?? '')).toEqual({ entries, ignored: 0 });
  });

  it('that is absent has no entries', () => {
    expect(readJournal(aParsedVirtualService({ annotations: {} }))).toEqual({ entries: [], ignored: 0 });
  });

  it.each(['', 'no JSON', '{}', '"text"', 'null', '7', '['])('that is garbage is one ignored entry: %j', (text) => {
    expect(read(text)).toEqual({ entries: [], ignored: 1 });
  });

  it('is read past entries that are none', () => {
    const { uid, ...withoutUid } = aJournalEntry();
    const garbage = [
      null,
      'text',
      {},
      withoutUid,
      { ...aJournalEntry(), v: 2 },
      { ...aJournalEntry(), state: 'odd' },
      { ...aJournalEntry(), sentAt: '2026-03-04' },
      { ...aJournalEntry(), sentAt: 9e15 },
      { ...aJournalEntry(), receivedAt: -1 },
      { ...aJournalEntry(), holdUntil: Number.MAX_SAFE_INTEGER },
      { ...aJournalEntry(), reasserts: 1e9 },
      { ...aJournalEntry(), reasserts: -1 },
      { ...aJournalEntry(), alerts: 'x' },
      { ...aJournalEntry(), undo: [{ op: 'copy', path: '/a', from: '/b' }] },
    ];

    const { entries, ignored } = read(JSON.stringify([...garbage, aJournalEntry({ id: 'ours' })]));

    expect(entries.map(({ id }) => id)).toEqual(['ours']);
    expect(ignored).toBe(garbage.length);
  });

  it('is garbage where it is longer than any that we write', () => {
    const text = JSON.stringify([aJournalEntry({ id: 'x'.repeat(JOURNAL_MAX_BYTES) })]);

    expect(read(text)).toEqual({ entries: [], ignored: 1 });
  });

  it('is read past an undo of so many levels that it could not be written again', () => {
    const levels = '['.repeat(7000) + ']'.repeat(7000);
    const text = JSON.stringify([aJournalEntry({ undo: [{ op: 'add', path: '/spec', value: 'here' }] })]);

    expect(read(text.replace('"here"', levels))).toEqual({ entries: [], ignored: 1 });
  });

  it('that came with a copied manifest is not this object’s', () => {
    const copied = [aJournalEntry({ uid: 'another' }), aJournalEntry({ id: 'ours' })];

    expect(read(JSON.stringify(copied))).toEqual({ entries: [aJournalEntry({ id: 'ours' })], ignored: 1 });
  });

  it('that tells of what is still to come is garbage; a clock that is somewhat ahead is not', () => {
    const now = aJournalEntry().sentAt;
    const minutesAhead = (minutes: number) => aJournalEntry({ id: `${minutes}`, sentAt: now + minutes * 60_000 });
    const annotations = { 'weightless/journal': JSON.stringify([0, 4, 6, 525_600].map(minutesAhead)) };

    const { entries, ignored } = readJournal(aParsedVirtualService({ annotations }), now);

    expect({ ids: entries.map(({ id }) => id), ignored }).toEqual({ ids: ['0', '4'], ignored: 2 });
  });

  it('keeps nothing that it does not know', () => {
    const { entries } = read(JSON.stringify([{ ...aJournalEntry(), extra: 'x' }]));

    expect(entries).toEqual([aJournalEntry()]);
  });
});
