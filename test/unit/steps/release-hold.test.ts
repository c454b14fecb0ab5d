import { describe, expect, it } from 'vitest';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import type { JournalEntry } from '#shared/domain/journal.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { PatchAnswer } from '#shared/ports/cluster.ts';
import { startBudget } from '#shared/steps/budget.ts';
import { type HoldRelease, planRelease, releaseHold } from '#shared/steps/release-hold.ts';
import { aJournalEntry } from '#test/builders/journal-entry.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_CANARY, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { applyJsonPatch } from '#test/doubles/apply-json-patch.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { memoryCluster } from '#test/doubles/memory-cluster.ts';

const NOW = FIRED_AT + 600_000;
const FLUX = 'kustomize.toolkit.fluxcd.io/reconcile';
const signal = new AbortController().signal;
const [namespace = '', name = ''] = INCIDENT_NAME.split('/');

function held(entries: readonly JournalEntry[], more: Record<string, string> = {}) {
  const object = aVirtualService({ annotations: { [MARK.journal]: JSON.stringify(entries), ...more } });
  object.metadata.labels = { ...object.metadata.labels, [MARK.held]: 'true' };
  return object;
}

/** The object as the planned patch leaves it. */
function leftBy(object: ReturnType<typeof held>, release: HoldRelease) {
  const planned = planRelease(parseVirtualService(object), release, NOW);
  if (planned.kind !== 'planned') throw new Error(planned.kind);
  const { metadata } = applyJsonPatch(object, planned.operations);
  const entries: JournalEntry[] = JSON.parse(metadata.annotations?.[MARK.journal] ?? '[]');
  return { entries, metadata, ...planned };
}

const ofId = (id: string) => (entry: JournalEntry) => entry.id === id;
const all: HoldRelease = { state: 'released', by: 'alice', why: 'v2 is mended', ends: () => true };

describe('the end of a hold', () => {
  it('says in the entry who ended it, and why, and takes the label', () => {
    const left = leftBy(held([aJournalEntry()]), all);

    expect(left.entries).toMatchObject([
      { state: 'released', ended: { at: NOW, by: 'alice', why: 'v2 is mended' }, zeroedBy: FIRED_AT + 4010 },
    ]);
    expect(left.metadata.labels).not.toHaveProperty(MARK.held);
    expect(left.ended).toHaveLength(1);
  });

  it('keeps of who and why what an annotation has room for', () => {
    const { entries } = leftBy(held([aJournalEntry()]), { ...all, by: 'a'.repeat(999), why: 'b'.repeat(9999) });

    expect([entries[0]?.ended?.by?.length, entries[0]?.ended?.why?.length]).toEqual([128, 512]);
  });

  it('leaves the label, and passes on Flux’s annotation, while another canary is held', () => {
    const other = aJournalEntry({ id: 'other', canary: 'search.production.svc.cluster.local/v2' });
    const object = held([other, aJournalEntry({ id: 'first', flux: true })], { [FLUX]: 'disabled' });

    const left = leftBy(object, { ...all, ends: ofId('first') });
    const atLast = leftBy({ ...object, metadata: left.metadata }, { ...all, ends: ofId('other') });

    expect(left.metadata.labels).toHaveProperty(MARK.held);
    expect(left.metadata.annotations).toHaveProperty([FLUX], 'disabled');
    expect(left.open).toMatchObject([{ id: 'other', flux: true }]);
    expect(atLast.metadata.labels).not.toHaveProperty(MARK.held);
    expect(atLast.metadata.annotations).not.toHaveProperty([FLUX]);
  });

  it('takes no annotation of Flux’s that a later hold has not set', () => {
    const old = aJournalEntry({ id: 'old', flux: true });
    const object = held([old], { [FLUX]: 'disabled' });
    const first = leftBy(object, all);
    const [closed] = first.entries;
    if (!closed) throw new Error('an entry');
    const again = held([aJournalEntry({ id: 'new' }), closed], { [FLUX]: 'disabled' });

    expect(leftBy(again, all).metadata.annotations).toHaveProperty([FLUX], 'disabled');
  });

  it('is none where no entry is open', () => {
    const closed = parseVirtualService(held([aJournalEntry({ state: 'closed' })]));

    expect(planRelease(closed, all, NOW)).toEqual({ kind: 'nothing-held' });
  });

  it('is none where other annotations leave the journal no room', () => {
    const object = parseVirtualService(held([aJournalEntry()], { big: 'x'.repeat(256 * 1024) }));

    expect(planRelease(object, all, NOW)).toEqual({ kind: 'no-room' });
  });
});

describe('a restore', () => {
  const edit = { path: '/spec/http/1/route/1/weight', from: 0, to: 5 };
  const restore = (id: string): HoldRelease => ({ ...all, state: 'restored', ends: ofId(id), edits: () => [edit] });

  it('brings the weights back in the same patch, also after the hold was closed', () => {
    const left = leftBy(held([aJournalEntry({ id: 'a', state: 'closed', ended: { at: FIRED_AT } })]), restore('a'));

    expect(left.entries).toMatchObject([{ state: 'restored', ended: { at: NOW, by: 'alice' } }]);
    expect(left.operations).toContainEqual({ op: 'add', path: edit.path, value: 5 });
  });

  it('releases what else holds the same canary: guard would take it to zero again', () => {
    const entries = [
      aJournalEntry({ id: 'b' }),
      aJournalEntry({ id: 'a' }),
      aJournalEntry({ id: 'c', canary: 'search.production.svc.cluster.local/v2' }),
    ];

    const left = leftBy(held(entries), restore('b'));

    expect(left.entries.map(({ id, state }) => `${id} ${state}`)).toEqual(['b restored', 'a released', 'c open']);
    expect(left.ended.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('is done once, and not where it does not fit', () => {
    const restored = parseVirtualService(held([aJournalEntry({ id: 'a', state: 'restored' })]));
    const changed = parseVirtualService(held([aJournalEntry({ id: 'a' })]));

    expect(planRelease(restored, restore('a'), NOW)).toEqual({ kind: 'nothing-held' });
    expect(planRelease(changed, { ...restore('a'), edits: () => undefined }, NOW)).toMatchObject({
      kind: 'does-not-fit',
      ending: [{ id: 'a' }],
    });
  });
});

describe('a release that is sent', () => {
  function world(answer?: (call: number) => PatchAnswer | undefined) {
    const clock = fakeClock(NOW);
    const cluster = memoryCluster({ objects: [held([aJournalEntry({ canary: INCIDENT_CANARY })])], clock });
    let calls = 0;
    const { virtualServices } = cluster;
    const patch: typeof virtualServices.patch = async (...call) => {
      calls += 1;
      return answer?.(calls) ?? virtualServices.patch(...call);
    };
    const scripted = { ...cluster, virtualServices: { ...virtualServices, patch } };
    const budget = startBudget(clock, signal, NOW);
    return {
      cluster,
      calls: () => calls,
      send: () => releaseHold({ namespace, name }, all, { cluster: scripted, budget }),
    };
  }

  it('reads again where somebody else wrote, and gives up against one who writes in a loop', async () => {
    const once = world((call) => (call === 1 ? { kind: 'conflict' } : undefined));
    const always = world(() => ({ kind: 'conflict' }));

    const ends = [await once.send(), await always.send()];

    expect(ends).toMatchObject([{ kind: 'released' }, { kind: 'refused', answer: { kind: 'conflict' } }]);
    expect([once.calls(), always.calls()]).toEqual([2, 6]);
  });

  it('answers what the API server refused, and tries that once', async () => {
    const denied = { kind: 'denied-by-admission', message: 'no' } as const;
    const { send, calls } = world(() => denied);

    expect(await send()).toEqual({ kind: 'refused', answer: denied });
    expect(calls()).toBe(1);
  });

  it('writes nothing to an object that opted out, or is gone', async () => {
    const [optedOut, gone] = [world(), world()];
    optedOut.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.labels = { [MARK.held]: 'true' };
    });
    gone.cluster.remove(INCIDENT_NAME);

    expect([await optedOut.send(), await gone.send()]).toEqual([{ kind: 'not-managed' }, { kind: 'not-managed' }]);
    expect([optedOut.calls(), gone.calls()]).toEqual([0, 0]);
  });
});
