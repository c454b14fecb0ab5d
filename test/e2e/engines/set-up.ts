import { enginesDir } from '#test/real/engines/engine-file.ts';
import { setUpMinistack } from './set-up-ministack.ts';

/** What `npm run test:e2e` needs beside the engines of `npm run engines`. */
try {
  await setUpMinistack(enginesDir);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
