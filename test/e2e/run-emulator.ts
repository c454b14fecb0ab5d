import { once } from 'node:events';
import { enginesDir } from '#test/real/engines/engine-file.ts';
import { startEmulator } from './engines/emulator.ts';
import { setUpMinistack } from './engines/set-up-ministack.ts';

/** AWS on this machine, for trying a deployment without an account: prints what to export, and runs until Ctrl-C. */
await setUpMinistack(enginesDir);
const { env, endpoint, stop } = await startEmulator();
// The first version of AWS' own command line knows the region by this name only.
const named = { ...env, AWS_DEFAULT_REGION: env.AWS_REGION };
const exports = Object.entries(named).map(([name, value]) => `export ${name}=${value}`);
console.log(`
AWS is emulated until you press Ctrl-C; then all that it holds is gone. In another terminal:

${exports.join('\n')}

npm run deploy -- --stage dev --param architecture=${process.arch === 'arm64' ? 'arm64' : 'x86_64'} --param retain=false

What the deployed stack calls https://ID.execute-api.${env.AWS_REGION}.amazonaws.com/ is here
'${endpoint}/_aws/execute-api/ID/$default/'
`);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await stop();
process.exit(0);
