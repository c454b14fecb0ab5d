import { describe, expect, it } from 'vitest';
import type { PatchOperation } from '#shared/domain/json-patch.ts';
import { specHash } from '#shared/steps/digest.ts';
import { journaledWeights, journaledZero, openEntryFor } from '#shared/steps/journaled.ts';
import { anAlert } from '#test/builders/alert.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aParsedVirtualService } from '#test/builders/virtual-service.ts';

const object = aParsedVirtualService();
const after = specHash(object.spec);
const writtenAt = (...fields: { manager: string; time?: number | undefined }[]) => ({
  ...object,
  metadata: { ...object.metadata, managedFields: fields },
});

describe('the time that an object tells', () => {
  const { sentAt } = aJournalEntry();

  it('is the end of the second that the API server noted for us', () => {
    const told = journaledZero(writtenAt({ manager: 'weightless', time: FIRED_AT + 4000 }), aJournalEntry());

    expect(told).toBe(FIRED_AT + 5000);
  });

  it('is not before the patch was sent, whatever the clock of the API server says', () => {
    expect(journaledZero(writtenAt({ manager: 'weightless', time: FIRED_AT - 99_000 }), aJournalEntry())).toBe(sentAt);
  });

  it('is not what others wrote, or what cannot be read', () => {
    const others = writtenAt(
      { manager: 'kubectl', time: FIRED_AT + 99_000 },
      { manager: 'weightless', time: Number.NaN },
      { manager: 'weightless' },
    );

    expect(journaledZero(others, aJournalEntry())).toBe(sentAt);
  });
});

describe('the weights that an object tells', () => {
  it('are those of the undo, where the spec is still the one that we left', () => {
    const [change] = journaledWeights(
      object,
      aJournalEntry({ after, undo: [{ op: 'add', path: '/spec/http/1/route/0/weight', value: 42 }] }),
    );

    expect(change).toMatchObject({
      route: 'everyone',
      before: [{ weight: 42 }, { weight: 99 }],
      after: [{ weight: 1 }, { weight: 99 }],
    });
  });

  it.each<[string, Partial<ReturnType<typeof aJournalEntry>>]>([
    ['of another spec', { after: 'another' }],
    ['without an undo', { after, undo: undefined }],
  ])('are none %s', (_, parts) => {
    expect(journaledWeights(object, aJournalEntry(parts))).toEqual([]);
  });

  it.each<[PatchOperation]>([
    [{ op: 'remove', path: '/spec/nothing/here/at/all' }],
    [{ op: 'remove', path: '/spec/http/1/route/0/destination' }],
    [{ op: 'add', path: '/spec/http/1/route', value: 'text' }],
    [{ op: 'add', path: '/spec/http', value: null }],
    [{ op: 'add', path: '', value: {} }],
    [{ op: 'add', path: '/spec/http/4294967294', value: { route: [] } }],
    [{ op: 'add', path: '/spec/http/length', value: 4_294_967_295 }],
    [{ op: 'add', path: '/spec/http/1/route/0/weight', value: 'text' }],
    [{ op: 'add', path: '/spec/http/1/name', value: {} }],
  ])('are none where somebody wrote an undo that does not fit: %j', (operation) => {
    expect(journaledWeights(object, aJournalEntry({ after, undo: [operation] }))).toEqual([]);
  });
});

describe('the entry of a firing', () => {
  const alerts = Array.from({ length: 20 }, (_, index) => `other-${index}@2026-03-04T05:06:07.000Z`);
  const full = aJournalEntry({ alerts });
  const find = (startsAt: number, entry = full) =>
    openEntryFor({ entries: [entry], ignored: 0 }, anAlert({ fingerprint: 'unnamed', startsAt }), full.sentAt + 1);

  it('is a full one that was written after the alert began', () => {
    expect(find(full.sentAt - 1)).toBe(full);
  });

  it('is not a full one that was written before', () => {
    expect(find(full.sentAt + 1)).toBeUndefined();
  });

  it('is not one that had room and does not name it', () => {
    expect(find(full.sentAt - 1, aJournalEntry({ alerts: alerts.slice(1) }))).toBeUndefined();
  });
});
