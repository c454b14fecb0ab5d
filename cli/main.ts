import { CliError } from './cli-error.ts';

/** Each is loaded when it is run: `start` brings along what the others never need. */
const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  start: async (args) => (await import('./start.ts')).start(args),
  settings: async (args) => (await import('./settings.ts')).settings(args),
  token: async (args) => (await import('./token.ts')).token(args),
};

const HELP = `weightless COMMAND [OPTIONS]

  start                     run the service here, with everything it needs
  settings validate FILE    whether settings can be deployed, and what they hold
  token new NAME            a new token, and its entry in the settings

weightless COMMAND --help tells a command's options.
`;

/** Runs one command; what a user can mend is one line and exit 1. */
export async function run([name = '', ...args]: string[]): Promise<void> {
  process.stdout.on('error', giveUp);
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

/** Whoever reads what we print has gone, such as `head`, or has no room for it: nothing that we could say gets there. */
function giveUp(error: Error): never {
  if (!('code' in error && error.code === 'EPIPE')) process.stderr.write(`weightless: ${error.message}\n`);
  process.exit(1);
}

function commandOf(name: string): (args: string[]) => Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new CliError(`There is no command ${JSON.stringify(name)}. Try --help`);
  return command;
}
