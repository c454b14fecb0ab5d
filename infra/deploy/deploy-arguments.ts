import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod/mini';

export type DeployArguments = {
  readonly stage: string;
  readonly region: string;
  /** The stack's parameters: those of the command line before the stage's and the defaults of serverless.yml. */
  readonly params: Readonly<Record<string, string | undefined>>;
};

const Param = z.nullish(z.union([z.string(), z.number(), z.boolean()]));
const Service = z.looseObject({ params: z.record(z.string(), z.nullable(z.record(z.string(), Param))) });

/** What osls reads from its command line, read beforehand: the build depends on it. */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): DeployArguments {
  const stage = optionOf(args, '--stage', '-s') ?? 'dev';
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage)) {
    throw new Error(`The stage ${stage} cannot be used: take at most 20 lower-case letters, digits and dashes`);
  }
  const region = optionOf(args, '--region', '-r') ?? environment['AWS_REGION'] ?? 'us-east-1';
  const { params } = Service.parse(parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }));
  const given = optionsOf(args, '--param').map(splitParam);
  const known = Object.keys(params['default'] ?? {});
  const unknown = given.map(([name]) => name).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no parameter ${unknown.join(', ')}; serverless.yml has ${known.join(', ')}`);
  }
  const odd = given.find(([name, value]) => SWITCHES.has(name) && !['true', 'false'].includes(value));
  if (odd) throw new Error(`The parameter ${odd[0]} takes true or false, not ${odd[1]}`);
  const defaults = Object.entries({ ...params['default'], ...params[stage] });
  return {
    stage,
    region,
    params: {
      ...Object.fromEntries(defaults.map(([name, value]) => [name, textOf(value)])),
      ...Object.fromEntries(given),
    },
  };
}

/** Any other word would count as no, in silence. */
const SWITCHES = new Set(['retain', 'eksAccess']);

function textOf(value: z.infer<typeof Param>): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function splitParam(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--param ${text} has no value: write --param NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function optionOf(args: readonly string[], ...names: string[]): string | undefined {
  return names.flatMap((name) => optionsOf(args, name))[0];
}

/** Every value of an option, written as `--name value` or `--name=value`. */
function optionsOf(args: readonly string[], name: string): string[] {
  return args.flatMap((arg, place) => {
    if (arg === name) return args[place + 1] ?? [];
    return arg.startsWith(`${name}=`) ? arg.slice(name.length + 1) : [];
  });
}
