import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { installStamped } from './install-stamped.ts';
import { printEngineLine } from './print-engine-line.ts';
import { runRequiredTool } from './run-required-tool.ts';

/** The projects ship their CRDs inside their Go modules; of each file we take the kinds that the product reads. */
const sources = [
  {
    module: 'istio.io/api@v1.31.1',
    file: 'kubernetes/customresourcedefinitions.gen.yaml',
    names: ['virtualservices.networking.istio.io', 'destinationrules.networking.istio.io'],
  },
  {
    module: 'github.com/argoproj/argo-rollouts@v1.10.1',
    file: 'manifests/crds/rollout-crd.yaml',
    names: ['rollouts.argoproj.io'],
  },
  {
    module: 'github.com/fluxcd/flagger@v1.36.1',
    file: 'artifacts/flagger/crd.yaml',
    names: ['canaries.flagger.app'],
  },
];

const Download = z.object({ Dir: z.string() });
const NamedDocument = z.looseObject({ metadata: z.object({ name: z.string() }) });

/** Puts the real CRDs, as one JSON array that every server start can send as it is, into `<cacheDir>/crds`. */
export async function setUpCrds(cacheDir: string): Promise<void> {
  const startedAt = Date.now();
  const isNew = await installStamped(join(cacheDir, 'crds'), [JSON.stringify(sources)], async (into) => {
    const crds = await Promise.all(sources.map((source) => readCrds(source, into)));
    await writeFile(join(into, 'crds.json'), JSON.stringify(crds.flat()));
  });
  printEngineLine('crds', isNew ? 'copied from their Go modules' : 'were there', startedAt);
}

async function readCrds({ module, file, names }: (typeof sources)[number], workDir: string) {
  // In a folder without a go.mod, so that nothing but the cache of modules changes.
  const downloaded = await runRequiredTool('go', ['mod', 'download', '-json', module], { cwd: workDir });
  const { Dir: moduleDir } = Download.parse(JSON.parse(downloaded));
  const text = await readFile(join(moduleDir, file), 'utf8');
  const documents = parseAllDocuments(text).flatMap((document) => {
    const parsed = NamedDocument.safeParse(document.toJS());
    return parsed.success ? [parsed.data] : [];
  });
  return names.map((name) => {
    const found = documents.find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`${module} has no CRD ${name} in ${file}: look where it went.`);
    return found;
  });
}
