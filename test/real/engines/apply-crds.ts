import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { callKube, type KubeAccess } from './call-kube.ts';
import { engineFile } from './engine-file.ts';

const Crd = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })),
  }),
});
type Crd = z.infer<typeof Crd>;

const servedWithinMs = 60_000;

/** Creates the real VirtualService, DestinationRule, Rollout and Canary CRDs, and waits until each version is served. */
export async function applyCrds(access: KubeAccess): Promise<void> {
  const text = await readFile(engineFile('crds/crds.json'), 'utf8');
  const crds = z.array(Crd).parse(JSON.parse(text));
  await Promise.all(crds.map((crd) => applyCrd(access, crd)));
}

async function applyCrd(access: KubeAccess, crd: Crd): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const created = await callKube(access, { method: 'POST', path, body: crd });
  if (created.status !== 201) {
    throw new Error(`The CRD ${crd.metadata.name} was not created: ${created.status} ${created.text}`);
  }
  const { group, names, versions } = crd.spec;
  for (const { name } of versions.filter(({ served }) => served)) {
    await waitUntilServed(access, `/apis/${group}/${name}/${names.plural}`);
  }
}

async function waitUntilServed(access: KubeAccess, path: string): Promise<void> {
  const deadline = Date.now() + servedWithinMs;
  while (Date.now() < deadline) {
    const { status } = await callKube(access, { method: 'GET', path });
    if (status === 200) return;
    await sleep(20);
  }
  throw new Error(`${path} was not served within ${servedWithinMs / 1000} s after its CRD was created.`);
}
