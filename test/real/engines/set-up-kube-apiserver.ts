import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStamped } from './install-stamped.ts';
import { printEngineLine } from './print-engine-line.ts';
import { runRequiredTool } from './run-required-tool.ts';

const moduleDir = fileURLToPath(new URL('./kube-apiserver', import.meta.url));
const versionPackage = 'k8s.io/component-base/version';

/**
 * Builds the real kube-apiserver with etcd in one process into `<cacheDir>/kube-apiserver`: about ten minutes of CPU
 * the first time, seconds with a warm Go build cache. Whoever has kube-apiserver and etcd as binaries names their
 * folder in KUBEBUILDER_ASSETS, and nothing is built.
 */
export async function setUpKubeApiserver(cacheDir: string): Promise<void> {
  const startedAt = Date.now();
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets) {
    printEngineLine('kube-apiserver', `not built, KUBEBUILDER_ASSETS names ${assets}`, startedAt);
    return;
  }
  const goVersion = await runRequiredTool('go', ['env', 'GOVERSION'], { cwd: moduleDir });
  const files = (await readdir(moduleDir)).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name)).sort();
  const sources = await Promise.all(files.map((name) => readFile(join(moduleDir, name))));
  const isNew = await installStamped(join(cacheDir, 'kube-apiserver'), [goVersion, ...files, ...sources], build);
  printEngineLine('kube-apiserver', isNew ? 'built' : 'was there', startedAt);
}

/** The linker flags are what upstream's build sets: without them /version answers v0.0.0. */
async function build(into: string): Promise<void> {
  const listed = await runRequiredTool('go', ['list', '-m', '-f', '{{.Version}}', 'k8s.io/kubernetes'], {
    cwd: moduleDir,
  });
  const version = listed.trim();
  const [major, minor] = version.slice(1).split('.');
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const settings = Object.entries(variables).map(([name, value]) => `-X ${versionPackage}.${name}=${value}`);
  const linkerFlags = ['-s', '-w', ...settings].join(' ');
  const output = join(into, 'kube-apiserver');
  await runRequiredTool('go', ['build', '-trimpath', '-ldflags', linkerFlags, '-o', output, '.'], { cwd: moduleDir });
}
