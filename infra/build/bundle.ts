import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';

export const DIST = 'dist';
/** The rollback function is cold on the night it is needed: what it loads is what people wait for. */
export const MAX_ROLLBACK_BYTES = 450 * 1024;
/** People wait for it at night; it speaks to six services, and needs the client library of none. */
export const MAX_NOTIFY_BYTES = 420 * 1024;

/** Loaded by the SDK only where credentials come from a profile, SSO or an EC2 instance: never in Lambda. */
export const NEVER_IN_LAMBDA = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** How every function is bundled, but for what and where to. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  // Measured: ESM output costs a quarter more CPU at a cold start (docs/adr/0002).
  format: 'cjs',
  external: NEVER_IN_LAMBDA,
  sourcemap: 'external',
  legalComments: 'none',
  // The AWS SDK's ESM builds shake better than its CommonJS ones.
  mainFields: ['module', 'main'],
  logLevel: 'warning',
} satisfies BuildOptions;

export type Bundle = {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** The source files of which something is in it. */
  readonly modules: readonly string[];
};

/** Bundles every function into a folder of its own under `dist`. */
export async function bundleFunctions(dist = DIST): Promise<Bundle[]> {
  await rm(dist, { recursive: true, force: true });
  const names = (await readdir('functions')).sort();
  return Promise.all(names.map((name) => bundle(name, join(dist, name))));
}

async function bundle(name: string, folder: string): Promise<Bundle> {
  const file = join(folder, 'index.js');
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [`functions/${name}/handler.ts`],
    outfile: file,
    metafile: true,
  });
  // CommonJS, whatever package.json stands above the folder.
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  return { name, file, ...contentOf(metafile) };
}

function contentOf({ outputs }: Metafile): Pick<Bundle, 'bytes' | 'modules'> {
  const [code] = Object.entries(outputs).filter(([path]) => path.endsWith('.js'));
  if (!code) throw new Error(`esbuild wrote no bundle, only ${Object.keys(outputs).join(', ') || 'nothing'}`);
  const [, { bytes, inputs }] = code;
  return { bytes, modules: Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0) };
}

if (import.meta.main) {
  for (const { name, bytes } of await bundleFunctions()) {
    console.log(`${name.padEnd(10)} ${(bytes / 1024).toFixed(0).padStart(4)} KB`);
  }
}
