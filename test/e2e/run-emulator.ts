import { once } from 'node:events';
import { enginesDir } from '#test/real/engines/engine-file.ts';
import { startEmulator } from './engines/emulator.ts';
import { setUpMinistack } from './engines/set-up-ministack.ts';

/** AWS on this machine, for trying a deployment without an account: prints what to export, and runs until Ctrl-C. */
await setUpMinistack(enginesDir);
const emulator = await startEmulator();
console.log('\nAWS is emulated until you press Ctrl-C; then all that it holds is gone. In another terminal:\n');
for (const [name, value] of Object.entries(emulator.env)) console.log(`export ${name}=${value}`);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await emulator.stop();
process.exit(0);
