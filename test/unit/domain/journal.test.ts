import { describe, expect, it } from 'vitest';
import { decideFiring } from '#shared/domain/firing-decision.ts';
import {
  aboutCanary,
  entryFor,
  isOpen,
  JOURNAL_MAX_BYTES,
  MAX_REASSERTS,
  writeJournal,
} from '#shared/domain/journal.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aParsedVirtualService } from '#test/builders/virtual-service.ts';

const KIB = 1024;
const object = (otherBytes = 0) => aParsedVirtualService({ annotations: { other: 'x'.repeat(otherBytes) } });
const undoOf = (bytes: number) => [{ op: 'add' as const, path: '/spec', value: 'x'.repeat(bytes) }];
const bytes = (text: string | undefined) => Buffer.byteLength(text ?? '');
const shapeOf = (text: string | undefined) =>
  (JSON.parse(text ?? '[]') as { id: string; undo?: unknown }[]).map(({ id, undo }) => (undo ? `${id} with undo` : id));

describe('the journal', () => {
  it('is written newest first, at most eight entries of it', () => {
    const entries = Array.from({ length: 12 }, (_, index) => aJournalEntry({ id: `e${index}` }));

    const text = writeJournal(object(), entries);

    expect(shapeOf(text)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((index) => `e${index} with undo`));
  });

  it('is not written without entries', () => {
    expect(writeJournal(object(), [])).toBeUndefined();
  });

  it('that would be over 16 KiB drops the undo of old entries first', () => {
    const entries = ['new', 'old', 'oldest'].map((id) => aJournalEntry({ id, undo: undoOf(6 * KIB) }));

    const text = writeJournal(object(), entries);

    expect(shapeOf(text)).toEqual(['new with undo', 'old', 'oldest']);
    expect(bytes(text)).toBeLessThanOrEqual(JOURNAL_MAX_BYTES);
  });

  it('then drops old entries, the oldest first', () => {
    const alerts = ['x'.repeat(5 * KIB)];
    const entries = [
      aJournalEntry({ id: 'new', undo: undoOf(9 * KIB) }),
      ...['old', 'oldest'].map((id) => aJournalEntry({ id, alerts })),
    ];

    expect(shapeOf(writeJournal(object(), entries))).toEqual(['new with undo', 'old']);
  });

  it('then drops the undo of the newest', () => {
    const entries = [aJournalEntry({ id: 'new', undo: undoOf(20 * KIB) }), aJournalEntry({ id: 'old' })];

    expect(shapeOf(writeJournal(object(), entries))).toEqual(['new']);
  });

  it('fits beside the other annotations, of which the API server takes 256 KiB together', () => {
    const entries = [
      aJournalEntry({ id: 'new', undo: undoOf(4 * KIB) }),
      aJournalEntry({ id: 'old', undo: undoOf(3 * KIB) }),
    ];

    expect(shapeOf(writeJournal(object(250 * KIB), entries))).toEqual(['new with undo', 'old']);
    expect(shapeOf(writeJournal(object(253 * KIB), entries))).toEqual(['new']);
  });

  it('is left out where not even that fits: it never stops a rollback', () => {
    expect(writeJournal(object(256 * KIB - 200), [aJournalEntry()])).toBeUndefined();
  });

  it('counts bytes, not characters', () => {
    const entries = [aJournalEntry({ id: 'new', undo: undoOf(0) }), aJournalEntry({ alerts: ['€'.repeat(6 * KIB)] })];

    expect(shapeOf(writeJournal(object(), entries))).toEqual(['new with undo']);
  });
});

describe('an entry', () => {
  const [firing = ''] = aJournalEntry().alerts;

  it('is the newest that names the firing', () => {
    const entries = [aJournalEntry({ id: 'other', alerts: ['x@y'] }), aJournalEntry({ id: 'newer' }), aJournalEntry()];

    expect(entryFor({ entries, ignored: 0 }, firing)?.id).toBe('newer');
    expect(entryFor({ entries, ignored: 0 }, 'unknown@z')).toBeUndefined();
  });

  it('is open until its hold ends, and not once it was closed', () => {
    const { holdUntil } = aJournalEntry();

    expect(isOpen(aJournalEntry(), holdUntil - 1)).toBe(true);
    expect(isOpen(aJournalEntry(), holdUntil)).toBe(false);
    expect(isOpen(aJournalEntry({ state: 'released' }), FIRED_AT)).toBe(false);
  });

  it.each([
    ['act', []],
    ['reassert', [aJournalEntry()]],
    ['reassert', [aJournalEntry({ reasserts: MAX_REASSERTS - 1 })]],
    ['contested', [aJournalEntry({ reasserts: MAX_REASSERTS })]],
    ['already-acted', [aJournalEntry({ state: 'closed' })]],
    ['already-acted', [aJournalEntry({ holdUntil: FIRED_AT })]],
    ['act', [aJournalEntry({ alerts: ['another@firing'] })]],
  ] as const)('lets its firing %s (%#)', (kind, entries) => {
    expect(decideFiring({ entries, ignored: 0 }, firing, FIRED_AT + 5000).kind).toBe(kind);
  });
});

describe('a journal of an object that routes to two canaries', () => {
  it('tells of each its own entries, and those that name none', () => {
    const of = (id: string, canary?: string) => aJournalEntry({ id, canary });
    const entries = [of('v2', 'pay.shop.svc.cluster.local/v2'), of('v3', 'pay.shop.svc.cluster.local/v3'), of('old')];

    const about = aboutCanary({ entries, ignored: 1 }, { host: 'pay.shop.svc.cluster.local', subset: 'v2' });

    expect(about.entries.map(({ id }) => id)).toEqual(['v2', 'old']);
  });
});
