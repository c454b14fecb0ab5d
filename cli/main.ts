import { CliError } from './cli-error.ts';
import { plainLines } from './print/align-table.ts';

/** Each is loaded when it is run: `start` brings along what the others never need. */
const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  start: async (args) => (await import('./start.ts')).start(args),
  notify: async (args) => (await import('./notify.ts')).notify(args),
  settings: async (args) => (await import('./settings.ts')).settings(args),
  token: async (args) => (await import('./token.ts')).token(args),
  rollback: async (args) => (await import('./operate/rollback.ts')).rollback(args),
  restore: async (args) => (await import('./operate/restore.ts')).restore(args),
  release: async (args) => (await import('./operate/release.ts')).release(args),
  report: async (args) => (await import('./report.ts')).report(args),
  list: async (args) => (await import('./list.ts')).list(args),
  show: async (args) => (await import('./show.ts')).show(args),
};

const HELP = `weightless COMMAND [OPTIONS]

  start                     run the service here, with everything it needs
  settings validate FILE    whether settings can be deployed, and what they hold
  notify test CHANNEL       sends a sample through a channel of the settings
  token new NAME            a new token, and its entry in the settings
  report                    how the rollback SLA stands
  list                      the last rollbacks
  show ID                   one rollback
  rollback NS/NAME          take a canary to zero by hand
  restore ID                bring back what a rollback changed
  release CLUSTER/NS/NAME   end the hold on a canary

weightless COMMAND --help tells a command's options.
`;

/** Runs one command; what a user can mend is one line and the exit code of its error. */
export async function run([name = '', ...args]: string[]): Promise<void> {
  process.stdout.on('error', giveUp);
  if (name === '' || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return;
  }
  try {
    await commandOf(name)(args);
  } catch (error) {
    const told = toldOf(error);
    if (!told) throw error;
    process.stderr.write(`weightless: ${plainLines(told.message)}\n`);
    process.exit(told.exitCode);
  }
}

/** An answer that is JSON, and not what is asked for, comes from another service, or from another version of this one. */
function toldOf(error: unknown): CliError | undefined {
  if (error instanceof CliError) return error;
  if (!(error instanceof Error) || error.name !== 'ZodError') return undefined;
  return new CliError('The answer is not one that this version of Weightless gives. Is the address right?');
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
