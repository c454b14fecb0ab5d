import { expect } from 'vitest';
import type { RawObject } from '#test/scenarios/objects.ts';
import { Answer, fill, type Places, type Result, withFields } from '#test/scenarios/run-scenario.ts';
import type { AlertSpec, Fields } from '#test/scenarios/scenario.ts';
import { webhookOf } from '#test/scenarios/webhook.ts';
import type { SeenObject, World } from '#test/scenarios/world.ts';

/** A namespace with these objects, and an alert about them that can be posted again and again. */
export async function situation(world: World, objects: readonly RawObject[], alert: AlertSpec = {}) {
  const ns = await world.newNamespace();
  const places: Places = { ns, other: JSON.stringify(objects).includes('{other}') ? await world.newNamespace() : '' };
  const firedAt = Date.now() - 5000;
  const created: SeenObject[] = [];
  for (const object of objects) created.push(await world.create(fill(object, places)));
  const ref = (name = 'payments', kind = 'VirtualService') => {
    const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
    if (!found) throw new Error(`There is no ${kind} ${name} here`);
    return fill(found, places);
  };
  async function deliver(): Promise<{ readonly status: number; readonly result: Result }> {
    const { status, body } = await world.post(fill(webhookOf([alert], { seed: ns, firedAt }), places));
    const [result] = Answer.parse(body).results;
    if (!result) throw new Error('The answer has no result');
    return { status, result };
  }

  return {
    places,
    get: (name?: string, kind?: string): Promise<SeenObject> => world.get(ref(name, kind)),
    merge: (patch: unknown, name?: string) => world.merge(ref(name), fill(patch, places)),
    before: (name = 'payments') => created[objects.findIndex(({ metadata }) => metadata.name === name)],
    async post(): Promise<Result> {
      return (await deliver()).result;
    },
    deliver,
  };
}

export type Situation = Awaited<ReturnType<typeof situation>>;

/** The spec is what it was when it was created, but for these fields. */
export async function expectSpec(here: Situation, changes: Fields, name?: string): Promise<void> {
  const now = await here.get(name);
  expect(now['spec']).toEqual(withFields(here.before(name)?.['spec'], fill(changes, here.places)));
}
