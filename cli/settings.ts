import { readFile } from 'node:fs/promises';
import { CliError } from './cli-error.ts';
import { parseOptions } from './parse-options.ts';
import { describeSettings, settingsAsJson } from './settings/describe-settings.ts';
import { examineSettings } from './settings/examine-settings.ts';
import { wordsOf } from './words-of.ts';

const HELP = `weightless settings validate FILE: whether a document of settings can be deployed, and what it holds

  weightless settings validate infra/settings/prod.json

Options
  --json    the same as JSON: {valid, problems, warnings, ...}
  --help    this text

Exit code 0 where it is valid, 1 where it is not; warnings do not count.
`;

/** `weightless settings validate FILE` */
export async function settings(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return void process.stdout.write(HELP);
  const [verb, file, ...more] = positionals;
  if (verb !== 'validate' || file === undefined || more.length > 0)
    throw new CliError('It is: weightless settings validate FILE. Try --help');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError(`The settings cannot be read: ${wordsOf(error)}`);
  });
  const now = Date.now();
  const examined = examineSettings(text, now);
  process.stdout.write(values.json ? settingsAsJson(examined, now) : describeSettings(file, examined));
  if (!examined.valid) process.exitCode = 1;
}

function parse(args: string[]) {
  return parseOptions({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
}
