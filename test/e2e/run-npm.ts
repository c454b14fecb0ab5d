import { fileURLToPath } from 'node:url';
import { runTool } from '#test/real/engines/run-tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of our own environment, what would reach AWS itself, or tell a program that it runs within a test. */
const NOT_PASSED_ON = /^(AWS_|VITEST|TEST|NODE_ENV$|NODE_OPTIONS$|WEIGHTLESS_|npm_)/;

export type NpmCommand = {
  readonly script: 'deploy' | 'remove';
  readonly stage: string;
  readonly params: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** The build's folder, so that nobody else's is written to. */
  readonly dist: string;
};

/** `npm run deploy -- …` as a user types it; an error carries all that it printed. */
export async function runNpm({ script, stage, params, env, dist }: NpmCommand): Promise<string> {
  const options = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const passedOn = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name));
  const { code, output } = await runTool('npm', ['run', script, '--', '--stage', stage, ...options], {
    cwd: root,
    // osls asks every 5 s how far the stack is, which is for AWS.
    env: { ...Object.fromEntries(passedOn), ...env, WEIGHTLESS_DIST: dist, SLS_AWS_MONITORING_FREQUENCY: '250' },
  });
  if (code !== 0) throw new Error(`npm run ${script} ended with ${code}. It said:\n${output}`);
  return output;
}
