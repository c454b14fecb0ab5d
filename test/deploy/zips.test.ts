import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { unzipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { NEVER_IN_LAMBDA } from '#infra/build/bundle.ts';
import { zipFunction } from '#infra/build/zip-function.ts';
import { distOf, FUNCTIONS } from './template.ts';

describe('the zips of the functions', () => {
  const [plain, full] = [distOf('plain'), distOf('full')];
  const contentOf = (file: string) => unzipSync(readFileSync(file));

  it('hold the code and what it needs, and no source map', () => {
    for (const name of FUNCTIONS) {
      const settings = name === 'publish' ? [] : ['settings.json'];
      expect(Object.keys(contentOf(join(full, `${name}.zip`)))).toEqual(['index.js', 'package.json', ...settings]);
      expect(readFileSync(join(full, name, 'index.js.map')).length).toBeGreaterThan(0);
    }
  });

  it.each(FUNCTIONS)(
    'carry all that they load in Lambda, the SDK, too: %s',
    async (name) => {
      const loaded = await loadedBy(codeOf(join(full, `${name}.zip`)));

      expect(loaded).not.toEqual([]);
      expect(loaded.filter((path) => !isBuiltin(path) && !NEVER_IN_LAMBDA.includes(path))).toEqual([]);
    },
    30_000,
  );

  it.each(FUNCTIONS)(
    'are CommonJS and minified: what minifies them again finds next to nothing: %s',
    async (name) => {
      const code = codeOf(join(full, `${name}.zip`));
      const manifest = contentOf(join(full, `${name}.zip`))['package.json'];

      const again = await transform(code, { minify: true, platform: 'node', target: 'node24', format: 'cjs' });

      expect(again.code.length).toBeGreaterThan(code.length * 0.97);
      expect(JSON.parse(Buffer.from(manifest ?? []).toString())).toEqual({ type: 'commonjs' });
    },
    30_000,
  );

  it('carry the settings of their deploy, as they are in the file', () => {
    const carried = contentOf(join(full, 'rollback.zip'))['settings.json'];

    expect(Buffer.from(carried ?? []).toString()).toBe(readFileSync('infra/settings/example.json', 'utf8'));
  });

  it('are the same bytes when built again, elsewhere: two builds of publish, which has no settings', () => {
    const [first, second] = [plain, full].map((dist) => readFileSync(join(dist, 'publish.zip')));

    expect(first?.equals(second ?? Buffer.of())).toBe(true);
  });

  it('are the same code when built again, of every function', () => {
    for (const name of FUNCTIONS) {
      const [first, second] = [plain, full].map(
        (dist) => contentOf(join(dist, `${name}.zip`))['index.js'] ?? Buffer.of(),
      );
      expect(Buffer.from(first ?? []).equals(second ?? Buffer.of())).toBe(true);
    }
  });

  it('are the same bytes in another time zone', async () => {
    const settings = contentOf(join(full, 'rollback.zip'))['settings.json'] ?? Buffer.of();
    const before = readFileSync(join(full, 'rollback.zip'));
    vi.stubEnv('TZ', 'Pacific/Auckland');

    const { bytes, sha256 } = await zipFunction('rollback', full, {
      'settings.json': Buffer.from(settings).toString(),
    });

    expect(bytes).toBe(before.length);
    expect(sha256).toBe(digestOf(before));
    expect(new Date(1980, 0, 1).getTimezoneOffset()).not.toBe(0);
  });

  it('are recorded with their digests, as sha256sum --check reads them', () => {
    const lines = readFileSync(join(plain, 'checksums.txt'), 'utf8').trimEnd().split('\n');

    expect(lines).toEqual(
      [...FUNCTIONS].sort().map((name) => `${digestOf(readFileSync(join(plain, `${name}.zip`)))}  ${name}.zip`),
    );
  });
});

function codeOf(zip: string): string {
  return Buffer.from(unzipSync(readFileSync(zip))['index.js'] ?? []).toString();
}

/** What a bundle takes from outside of itself, as esbuild reads it. */
async function loadedBy(code: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: code, loader: 'js' },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    external: ['*'],
    logLevel: 'silent',
  });
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
