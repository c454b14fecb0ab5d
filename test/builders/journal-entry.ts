import type { JournalEntry } from '#shared/domain/journal.ts';
import { FIRED_AT } from './rollback-record.ts';
import { aVirtualService, INCIDENT_CANARY } from './virtual-service.ts';

/** The incident as its VirtualService remembers it. */
export function aJournalEntry(overrides: Partial<JournalEntry> = {}): JournalEntry {
  return {
    v: 1,
    id: 'a1b2c3',
    canary: INCIDENT_CANARY,
    uid: aVirtualService().metadata.uid,
    alerts: ['6de87c554b1410dd@2026-03-04T05:06:07.000Z'],
    receivedAt: FIRED_AT + 4000,
    sentAt: FIRED_AT + 4010,
    holdUntil: FIRED_AT + 4010 + 4 * 3_600_000,
    state: 'open',
    reasserts: 0,
    after: 'a-hash',
    undo: [
      { op: 'add', path: '/spec/http/1/route/0/weight', value: 1 },
      { op: 'add', path: '/spec/http/1/route/1/weight', value: 99 },
    ],
    ...overrides,
  };
}
