import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { bundleFunctions } from '#infra/build/bundle.ts';
import { createSbom } from '#infra/supply-chain/write-sbom.ts';

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      hasInstallScript: z.optional(z.boolean()),
      integrity: z.optional(z.string()),
      resolved: z.optional(z.string()),
      link: z.optional(z.boolean()),
    }),
  ),
});
const Manifest = z.object({ allowScripts: z.record(z.string(), z.boolean()) });
const Step = z.object({ uses: z.optional(z.string()), run: z.optional(z.string()) });
const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.object({ steps: z.array(Step) })),
});

const read = (path: string) => readFile(path, 'utf8');
const lockfile = async () => Lockfile.parse(JSON.parse(await read('package-lock.json'))).packages;
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the lock file', () => {
  it('holds the digest of every package, and nobody’s registry', async () => {
    const { '': _root, ...packages } = await lockfile();

    expect(Object.entries(packages).filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('brings no install script that nobody has decided on by name', async () => {
    const { allowScripts } = Manifest.parse(JSON.parse(await read('package.json')));

    const scripted = Object.entries(await lockfile()).filter(([, { hasInstallScript }]) => hasInstallScript);

    expect(new Set(scripted.map(([path]) => nameOf(path)))).toEqual(new Set(Object.keys(allowScripts)));
  });
});

describe('the bill of materials', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weightless-sbom-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lists every package of which something is in a function, with version, licence and digest', async () => {
    const bundles = await bundleFunctions(join(folder, 'dist'));
    const bundled = new Set(
      bundles
        .flatMap(({ modules }) => modules)
        .filter(isPackage)
        .map(packageOf),
    );

    const { components } = await createSbom();

    const listed = new Map(components.map((one) => [one.name, one]));
    expect(bundled.size).toBeGreaterThan(10);
    expect([...bundled].filter((name) => !listed.has(name))).toEqual([]);
    for (const name of bundled) {
      expect(listed.get(name)).toMatchObject({ version: expect.any(String), licenses: [expect.anything()] });
      expect(listed.get(name)?.['hashes']).toEqual([{ alg: 'SHA-512', content: expect.any(String) }]);
    }
  });

  it('lists no tool of development', async () => {
    const { components, dependencies } = await createSbom();

    const names = components.map(({ name }) => name);
    const refs = new Set(components.map((one) => one['bom-ref']));
    expect(names).not.toContain('vitest');
    expect(names).not.toContain('osls');
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  });
});

describe('the workflow', async () => {
  const folder = '.github/workflows';
  const files = await readdir(folder);
  const workflows = await Promise.all(
    files.map(async (file) => Workflow.parse(parse(await read(`${folder}/${file}`)))),
  );
  const steps = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps));

  it('runs what .ci/run runs', () => {
    expect(steps.map(({ run }) => run)).toContain('bash .ci/run');
  });

  it('pins every action by its commit', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);

    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((one) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(one))).toEqual([]);
  });

  it('may read the repository, and nothing else', () => {
    expect(workflows.map(({ permissions }) => permissions)).toEqual(workflows.map(() => ({ contents: 'read' })));
  });
});

function isPackage(path: string): boolean {
  return path.includes('node_modules/');
}

/** `node_modules/@scope/name/dist/x.js`, wherever it is nested. */
function packageOf(path: string): string {
  const [first = '', second = ''] = nameOf(path).split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
