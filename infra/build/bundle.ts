import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

export const DIST = 'dist';
/** The rollback function is cold on the night it is needed: what it loads is what people wait for. */
export const MAX_ROLLBACK_BYTES = 450 * 1024;

/** Loaded by the SDK only where credentials come from a profile, SSO or an EC2 instance: never in Lambda. */
const NEVER_IN_LAMBDA = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

export type Bundle = { readonly name: string; readonly file: string; readonly bytes: number; readonly modules: readonly string[] };

/** Bundles every function as CommonJS: measured, ESM output costs a quarter more CPU at a cold start (docs/adr/0002). */
export async function bundleFunctions(): Promise<Bundle[]> {
  await rm(DIST, { recursive: true, force: true });
  const names = (await readdir('functions')).sort();
  return Promise.all(names.map(bundle));
}

async function bundle(name: string): Promise<Bundle> {
  const file = join(DIST, name, 'index.js');
  await mkdir(join(DIST, name), { recursive: true });
  const { metafile } = await build({
    entryPoints: [`functions/${name}/handler.ts`],
    outfile: file,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: NEVER_IN_LAMBDA,
    sourcemap: 'external',
    legalComments: 'none',
    metafile: true,
    // The AWS SDK's ESM builds shake better than its CommonJS ones.
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  // CommonJS, whatever package.json stands above the folder.
  await writeFile(join(DIST, name, 'package.json'), '{"type":"commonjs"}\n');
  return { name, file, bytes: bytesOf(metafile, file), modules: Object.keys(metafile.inputs) };
}

function bytesOf(metafile: Metafile, file: string): number {
  return metafile.outputs[file]?.bytes ?? Number.NaN;
}

if (import.meta.main) {
  for (const { name, bytes } of await bundleFunctions()) {
    console.log(`${name.padEnd(10)} ${(bytes / 1024).toFixed(0).padStart(4)} KB`);
  }
}
