#!/usr/bin/env node
// Plain JavaScript of the oldest kind, so that an old Node can read it and say what is missing. Weightless itself is
// TypeScript that Node 24 runs as it is; where this Node is older, the `node` package's own is used.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const NEEDED = 24;
const main = join(__dirname, 'main.ts');
const args = process.argv.slice(2);

// npm that is stopped by its process id leaves what it started behind: then we stop by ourselves.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 250).unref();
}

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  process.argv[1] = main;
  import('./main.ts')
    .then(({ run }) => run(args))
    .catch((error) => {
      console.error(error);
      process.exit(1);
    });
} else {
  const bundled = join(
    __dirname,
    '..',
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(bundled)) {
    const child = spawn(bundled, [__filename, ...args], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => process.exit(code === null ? (signal === 'SIGINT' ? 130 : 143) : code));
  } else {
    console.error(
      `weightless needs Node ${NEEDED} or newer; this is ${process.versions.node}. Install Node ${NEEDED}, or run: npm rebuild node`,
    );
    process.exit(1);
  }
}
