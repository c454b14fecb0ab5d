import { expect } from 'vitest';
import * as z from 'zod';
import { applyJsonPatch } from '#test/doubles/apply-json-patch.ts';
import type { RawObject } from './objects.ts';
import type { AlertSpec, Expectation, Fields, Scenario, Step } from './scenario.ts';
import { webhookOf } from './webhook.ts';
import type { SeenObject, World } from './world.ts';

/** What the service answers a webhook with. */
export const Answer = z.object({
  results: z.array(
    z.looseObject({
      fingerprint: z.string(),
      startsAt: z.string(),
      outcome: z.string(),
      message: z.string(),
      reason: z.optional(z.string()),
      rollbackId: z.optional(z.string()),
      target: z.optional(z.looseObject({ canary: z.string(), virtualServices: z.array(z.string()) })),
      residual: z.optional(
        z.union([z.literal('unknown'), z.array(z.looseObject({ kind: z.string(), route: z.string() }))]),
      ),
      commands: z.optional(z.array(z.looseObject({ does: z.string(), run: z.string() }))),
    }),
  ),
});
export type Result = z.infer<typeof Answer>['results'][number];

export type Places = { readonly ns: string; readonly other: string };
type Run = {
  readonly world: World;
  readonly places: Places;
  /** The VirtualServices of the scenario, by the name that its rows give them, as they were last seen. */
  readonly seen: Map<string, { readonly ref: RawObject; readonly object: SeenObject }>;
  readonly firedAt: number;
};

/** These leave the next step to a person. */
const FOR_A_PERSON = new Set(['refused', 'failed', 'suggested']);
/** A firing that began this long before it is posted meets its SLA, and a later one is not ahead of our clock. */
const FIRED_BEFORE_MS = 30_000;

/** Creates the objects in fresh namespaces, goes through the steps, and compares everything with what the row says. */
export async function runScenario(scenario: Scenario, world: World): Promise<void> {
  const ns = await world.newNamespace();
  const other = JSON.stringify(scenario).includes('{other}') ? await world.newNamespace() : '';
  const run: Run = { world, places: { ns, other }, seen: new Map(), firedAt: Date.now() - FIRED_BEFORE_MS };
  for (const raw of scenario.objects) {
    const ref = fill(raw, run.places);
    const object = await world.create(ref);
    if (raw.kind === 'VirtualService') run.seen.set(nameOf(raw), { ref, object });
  }
  for (const step of scenario.steps) await take(step, run);
}

async function take(step: Step, run: Run): Promise<void> {
  if ('somebody' in step) return change(step, run);
  await deliver(step.deliver, step.expect, run);
  // Alertmanager sends again every repeat_interval; what is settled stays as it is, and nothing is written for it.
  const { results, again = results, status } = step.expect;
  await deliver(step.deliver, { results: again, ...(status ? { status } : {}) }, run);
}

async function deliver(alerts: readonly AlertSpec[], expected: Expectation, run: Run): Promise<void> {
  const { world, places, seen } = run;
  const webhook = fill(webhookOf(alerts, { seed: places.ns, firedAt: run.firedAt }), places);
  const before = new Map(seen);

  const answer = await world.post(webhook);

  expect(answer.body, 'the answer').toHaveProperty('results');
  const { results } = Answer.parse(answer.body);
  expect(results.map((result, index) => told(result, expected.results[index]))).toEqual(
    expected.results.map((result) => wanted(fill(result, places))),
  );
  expect(answer.status).toBe(expected.status ?? 200);
  // Where one firing of a delivery took the canary to zero, there is nothing left to run for the others.
  const settled = results.some(({ outcome }) => outcome === 'rolled-back');
  const mute = results.filter(({ outcome, commands = [] }) => FOR_A_PERSON.has(outcome) && commands.length === 0);
  if (!settled) expect(mute, 'what a person is to do comes with a command').toEqual([]);
  for (const [name, { ref, object }] of before) {
    const now = await world.get(ref);
    seen.set(name, { ref, object: now });
    const changes = expected.changes?.[name];
    if (changes) expectPlanned(object, now, fill(changes, places), name);
    else expect(now, `${name} is as it was`).toEqual(object);
  }
  if (expected.pages !== undefined && world.pages) {
    const ids = results.map(({ rollbackId }) => rollbackId).filter((id) => id !== undefined);
    expect(world.pages(ids), 'somebody is paged').toBe(expected.pages);
  }
}

/** What of a result a row speaks about. */
function told(result: Result, asked: Expectation['results'][number] | undefined) {
  const residual = result.residual === 'unknown' ? ['unknown'] : (result.residual ?? []);
  return {
    outcome: result.outcome,
    reason: result.reason,
    residual: residual.map((one) => (typeof one === 'string' ? one : `${one.kind} ${one.route}`)).sort(),
    ...(asked?.canary ? { canary: result.target?.canary } : {}),
    ...(asked?.virtualServices ? { virtualServices: [...(result.target?.virtualServices ?? [])].sort() } : {}),
    ...(asked?.says ? { message: result.message } : {}),
  };
}

function wanted({ outcome, reason, canary, virtualServices, residual = [], says }: Expectation['results'][number]) {
  const words = (says ?? []).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return {
    outcome,
    reason,
    residual: [...residual].sort(),
    ...(canary ? { canary } : {}),
    ...(virtualServices ? { virtualServices: [...virtualServices].sort() } : {}),
    ...(says ? { message: expect.stringMatching(new RegExp(words.map((text) => `(?=.*${text})`).join(''), 's')) } : {}),
  };
}

/** The spec is what it was but for the fields named; of the metadata, only what is ours to write has changed. */
function expectPlanned(before: SeenObject, after: SeenObject, changes: Fields, name: string): void {
  expect(after['spec'], `the spec of ${name}`).toEqual(withFields(before['spec'], changes));
  expect(othersMetadata(after), `the metadata of ${name}`).toEqual(othersMetadata(before));
  expect(after.metadata.labels).toMatchObject({ 'weightless/held': 'true' });
  expectJournal(before, after);
  const flux = Object.hasOwn(before.metadata.labels ?? {}, 'kustomize.toolkit.fluxcd.io/name');
  const reconcile = after.metadata.annotations?.['kustomize.toolkit.fluxcd.io/reconcile'];
  expect(reconcile).toBe(flux ? 'disabled' : before.metadata.annotations?.['kustomize.toolkit.fluxcd.io/reconcile']);
}

const Operation = z.union([
  z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
]);
const Journal = z.array(
  z.looseObject({ uid: z.string(), reasserts: z.number(), undo: z.optional(z.array(Operation)) }),
);

/** The journal is within its limits, is the object's own, and its inverse patch leads back to what stood there. */
function expectJournal(before: SeenObject, after: SeenObject): void {
  const text = after.metadata.annotations?.['weightless/journal'];
  // Where other annotations leave no room for it, the rollback goes without.
  if (text === undefined) return;
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024);
  const entries = Journal.parse(JSON.parse(text));
  expect(entries.length).toBeLessThanOrEqual(8);
  const [newest] = entries;
  expect(newest?.uid).toBe(after.metadata['uid']);
  if (newest?.reasserts !== 0 || newest.undo === undefined) return;
  expect(applyJsonPatch({ spec: after['spec'] }, newest.undo), 'undone').toEqual({ spec: before['spec'] });
}

/** Metadata without what every write changes and what a rollback may write. */
function othersMetadata({ metadata }: SeenObject): unknown {
  const { resourceVersion: _, generation: __, managedFields: ___, labels = {}, annotations = {}, ...rest } = metadata;
  const { 'weightless/held': ____, ...labelsOfOthers } = labels;
  const {
    'weightless/journal': _____,
    'kustomize.toolkit.fluxcd.io/reconcile': ______,
    ...annotationsOfOthers
  } = annotations;
  return { ...rest, labels: labelsOfOthers, annotations: annotationsOfOthers };
}

async function change(step: Extract<Step, { somebody: string }>, { world, seen, places }: Run): Promise<void> {
  const known = seen.get(step.somebody);
  if (!known) throw new Error(`The scenario has no VirtualService ${step.somebody}`);
  const { annotations = {} } = known.object.metadata;
  const written = Object.entries(step.annotates ?? {}).map(([key, make]) => [key, make(annotations[key]) ?? null]);
  const spec = withFields(known.object['spec'], fill(step.sets ?? {}, places));
  const object = await world.merge(known.ref, { spec, metadata: { annotations: Object.fromEntries(written) } });
  seen.set(step.somebody, { ref: known.ref, object });
}

export function withFields(spec: unknown, fields: Fields): unknown {
  const copy: unknown = structuredClone(spec);
  for (const [path, value] of Object.entries(fields)) setAt(copy, path.split('.'), value);
  return copy;
}

function setAt(node: unknown, [key = '', ...rest]: string[], value: unknown): void {
  if (typeof node !== 'object' || node === null) throw new Error(`There is no ${key} to set`);
  const container = node as Record<string, unknown>;
  if (rest.length > 0) setAt(container[key], rest, value);
  else if (value === null) delete container[key];
  else container[key] = value;
}

function nameOf({ metadata: { name, namespace } }: RawObject): string {
  return namespace === '{ns}' ? name : `${namespace}/${name}`;
}

/** `{ns}` and `{other}` by the namespaces of this run, in keys and values. */
export function fill<T>(value: T, { ns, other }: Places): T {
  if (typeof value === 'string') return value.replaceAll('{ns}', ns).replaceAll('{other}', other) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => fill(one, { ns, other })) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, { ns, other })])) as T;
}
