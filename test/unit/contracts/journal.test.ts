import { describe, expect, it } from 'vitest';
import { readJournal } from '#shared/contracts/journal.ts';
import { writeJournal } from '#shared/domain/journal.ts';
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
      { ...aJournalEntry(), alerts: 'x' },
      { ...aJournalEntry(), undo: [{ op: 'copy', path: '/a', from: '/b' }] },
    ];

    const { entries, ignored } = read(JSON.stringify([...garbage, aJournalEntry({ id: 'ours' })]));

    expect(entries.map(({ id }) => id)).toEqual(['ours']);
    expect(ignored).toBe(garbage.length);
  });

  it('that came with a copied manifest is not this object’s', () => {
    const copied = [aJournalEntry({ uid: 'another' }), aJournalEntry({ id: 'ours' })];

    expect(read(JSON.stringify(copied))).toEqual({ entries: [aJournalEntry({ id: 'ours' })], ignored: 1 });
  });

  it('keeps nothing that it does not know', () => {
    const { entries } = read(JSON.stringify([{ ...aJournalEntry(), extra: 'x' }]));

    expect(entries).toEqual([aJournalEntry()]);
  });
});
