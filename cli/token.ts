import { SCOPES, type TokenSettings } from '#shared/contracts/settings.ts';
import { parseDuration } from '#shared/domain/duration.ts';
import { CliError } from './cli-error.ts';
import { parseOptions } from './parse-options.ts';
import { newToken } from './settings/new-token.ts';

const HELP = `weightless token new NAME: a new token for a sender or a reader

  weightless token new alertmanager --expires 90d
  weightless token new alertmanager --quiet | kubectl create secret generic weightless --from-file=token=/dev/stdin

The token is printed once and kept nowhere. What belongs into the settings (tokens[]) is its entry, with the SHA-256 of the
token. To rotate one, add the new entry, deploy, change the sender, remove the old entry, deploy.

Options
  --scope SCOPE    ${SCOPES.join(', ')} (default: alerts)
  --expires WHEN   after a duration such as 90d, or at a time such as 2027-03-01T00:00:00Z (default: never)
  --quiet          only the token on stdout, without a line end; the entry goes to stderr
  --help           this text
`;

/** `weightless token new NAME` */
export async function token(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return void process.stdout.write(HELP);
  const [verb, name, ...more] = positionals;
  if (verb !== 'new' || name === undefined || more.length > 0)
    throw new CliError('It is: weightless token new NAME. Try --help');
  const scope = scopeOf(values.scope ?? 'alerts');
  const expiresAt = values.expires === undefined ? undefined : expiryOf(values.expires, Date.now());
  const made = newToken({ name: nameOf(name), scope, ...(expiresAt === undefined ? {} : { expiresAt }) });
  const entry = JSON.stringify(made.entry, null, 2);
  if (values.quiet) {
    process.stdout.write(made.token);
    process.stderr.write(`${entry}\n`);
  } else {
    process.stdout.write(
      `The token, shown this once:\n\n  ${made.token}\n\nIts entry for tokens in the settings:\n\n${entry}\n`,
    );
  }
}

function parse(args: string[]) {
  return parseOptions({
    args,
    allowPositionals: true,
    options: {
      scope: { type: 'string' },
      expires: { type: 'string' },
      quiet: { type: 'boolean', short: 'q' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function nameOf(text: string): string {
  if (text.length < 1 || text.length > 128) throw new CliError('A name has 1 to 128 letters');
  return text;
}

function scopeOf(text: string): TokenSettings['scope'] {
  const scope = SCOPES.find((known) => known === text);
  if (!scope) throw new CliError(`--scope takes ${SCOPES.join(', ')}, not ${JSON.stringify(text)}`);
  return scope;
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function expiryOf(text: string, now: number): string {
  const duration = parseDuration(text);
  const at = duration === undefined ? (ISO_TIME.test(text) ? Date.parse(text) : Number.NaN) : now + duration;
  if (Number.isNaN(at) || isNoDay(text))
    throw new CliError(`--expires takes 90d or 2027-03-01T00:00:00Z, not ${JSON.stringify(text)}`);
  if (at <= now) throw new CliError(`--expires ${text} is past`);
  return new Date(at).toISOString();
}

/** Date.parse takes 30 February for a day in March. */
function isNoDay(text: string): boolean {
  const [year, month, day] = text.split(/[-T]/).map(Number);
  return ISO_TIME.test(text) && new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() !== day;
}
