import { CliError } from './cli-error.ts';
import { start } from './start.ts';

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = { start };

const HELP = `weightless COMMAND [OPTIONS]

  start    run the service here, with everything it needs

weightless COMMAND --help tells a command's options.
`;

/** Runs one command; what a user can mend is one line and exit 1. */
export async function run([name = '', ...args]: string[]): Promise<void> {
  if (name === '' || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return;
  }
  try {
    await commandOf(name)(args);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`weightless: ${error.message}\n`);
    process.exit(1);
  }
}

function commandOf(name: string): (args: string[]) => Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new CliError(`There is no command ${JSON.stringify(name)}. Try --help`);
  return command;
}
