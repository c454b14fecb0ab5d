import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as z from 'zod';

const SBOM_FILE = 'dist/sbom.cdx.json';

const Sbom = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), name: z.string(), version: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
export type Sbom = z.infer<typeof Sbom>;

const Lockfile = z.object({
  packages: z.record(z.string(), z.object({ dev: z.optional(z.boolean()), version: z.optional(z.string()) })),
});
const Manifest = z.object({ name: z.string() });

/**
 * The CycloneDX bill of what is deployed and of what the command needs, without the tools of development.
 *
 * `npm sbom --omit dev` leaves out whatever a tool needs as well (npm 11.19: half of the AWS SDK, which is in every
 * bundle), so everything is asked for, and the lock file says what is for development only.
 */
export async function createSbom(): Promise<Sbom> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const everything = Sbom.parse(JSON.parse(stdout));
  const { packages } = Lockfile.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
  const { name } = Manifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
  const kept = new Set(
    Object.entries(packages).flatMap(([path, { dev, version }]) =>
      dev || path === ''
        ? []
        : [`${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`],
    ),
  );
  const components = everything.components.filter((one) => kept.has(`${one.name}@${one.version}`));
  const refs = new Set(components.map((one) => one['bom-ref']));
  const root = everything.metadata.component['bom-ref'];
  return {
    ...everything,
    // npm takes the folder's name.
    metadata: { ...everything.metadata, component: { ...everything.metadata.component, name } },
    components,
    dependencies: everything.dependencies
      .filter(({ ref }) => ref === root || refs.has(ref))
      .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => refs.has(ref)) })),
  };
}

if (import.meta.main) {
  const sbom = await createSbom();
  await mkdir('dist', { recursive: true });
  await writeFile(SBOM_FILE, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${SBOM_FILE}: ${sbom.components.length} packages.`);
}
