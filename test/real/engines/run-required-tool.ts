import { runTool } from './run-tool.ts';

/** What to install for a command that the set-up runs. */
const installHints = {
  go: 'install Go 1.24 or newer: it builds the Kubernetes API server and fetches the CRDs',
  mvn: 'install Maven 3 and a JDK 17 or newer: they fetch DynamoDB Local',
  javac: 'install a JDK 17 or newer (a JRE has no compiler): it compiles the launcher of DynamoDB Local',
} as const;

/** Runs a build tool and returns what it printed; an absent or failing tool is an error that says what to do. */
export async function runRequiredTool(
  command: keyof typeof installHints,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { code, output } = await runTool(command, args, options).catch((cause: unknown) => {
    throw new Error(`The command \`${command}\` could not be run: ${installHints[command]}.`, { cause });
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.trim()}`);
  return output;
}
