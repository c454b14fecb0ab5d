import { join } from 'node:path';
import { installOnce } from './install-once.ts';
import { printEngineLine } from './print-engine-line.ts';
import { runTool } from './run-tool.ts';
import { unpackDebianPackage } from './unpack-debian-package.ts';

/** Puts Prometheus and promtool, as Debian 12 ships them, into `<cacheDir>/prometheus`. */
export async function setUpPrometheus(cacheDir: string): Promise<void> {
  const startedAt = Date.now();
  const target = join(cacheDir, 'prometheus');
  const isNew = await installOnce(target, (into) =>
    unpackDebianPackage('prometheus', ['usr/bin/prometheus', 'usr/bin/promtool'], into),
  );
  const { output } = await runTool(join(target, 'prometheus'), ['--version']);
  const version = /version (\S+)/.exec(output)?.[1] ?? 'of unknown version';
  printEngineLine('prometheus', `${version} ${isNew ? 'unpacked from Debian' : 'was there'}`, startedAt);
}
