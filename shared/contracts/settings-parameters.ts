import * as z from 'zod/mini';
import {
  checkSettings,
  type InvalidSettingsError,
  invalidSettings,
  isProblems,
  type Settings,
  type SettingsProblem,
} from './settings.ts';

/** One parameter of SSM Parameter Store; its name is below the one path of a deployment: `settings`, `clusters/NAME`. */
export type SettingsParameter = { readonly name: string; readonly text: string };

/** A standard parameter takes no more. */
export const MAX_PARAMETER_BYTES = 4096;

/** What a deployment would replace: osls by the variables and files of who deploys, CloudFormation by the text of secrets. */
const TEMPLATE = /\$\{|\{\{/;

const REST = 'settings';
const CLUSTERS = 'clusters/';

const Document = z.looseObject({ clusters: z.array(z.looseObject({ name: z.string() })) });

export type SplitSettings = {
  readonly parameters: readonly (SettingsParameter & { readonly bytes: number })[];
  /** Which parameter cannot be stored, and what to do; nothing may be deployed while there is one. */
  readonly problems: readonly SettingsProblem[];
};

/** A valid document as parameters: each cluster has one, since a certificate authority takes up to half of it. */
export function splitSettings(document: unknown): SplitSettings {
  const { clusters, ...rest } = Document.parse(document);
  const parameters = [
    { name: REST, text: JSON.stringify(rest) },
    ...clusters.map((cluster) => ({ name: parameterOf(cluster.name), text: JSON.stringify(cluster) })),
  ].map((parameter) => ({ ...parameter, bytes: bytesOf(parameter.text) }));
  const sources = [rest, ...clusters];
  const tooLarge = parameters.flatMap(({ name, bytes }, index) =>
    bytes > MAX_PARAMETER_BYTES ? [tooLargeProblem(name, bytes, sources[index] ?? {})] : [],
  );
  const templates = parameters
    .filter(({ text }) => TEMPLATE.test(text))
    .map(({ name }) => ({ path: name, message: 'take ${ and {{ out, which a deployment would replace' }));
  return { parameters, problems: [...tooLarge, ...templates, ...sameNames(parameters)] };
}

/**
 * The whole document from all parameters below a path, validated together.
 * @throws InvalidSettingsError that names the parameter of every problem.
 */
export function joinSettings(parameters: readonly SettingsParameter[], path = ''): Settings {
  const problems: SettingsProblem[] = [];
  const read = parameters.flatMap(({ name, text }) => {
    const key = below(path, name);
    // What else somebody keeps below the path is theirs.
    if (key !== REST && !key.startsWith(CLUSTERS)) return [];
    const json = objectOf(text);
    if (json === undefined) problems.push({ path: name, message: 'expected a JSON object' });
    return json === undefined ? [] : [{ name, key, json }];
  });
  const rest = read.find(({ key }) => key === REST);
  const clusters = read.filter(({ key }) => key.startsWith(CLUSTERS));
  if (problems.length > 0) throw invalidSettings(problems);
  if (!rest) throw missing(`${path}/${REST}`, 'all that is about no single cluster');
  if (clusters.length === 0) throw missing(`${path}/${CLUSTERS}NAME`, 'the clusters, one each');
  if ('clusters' in rest.json)
    throw invalidSettings([{ path: rest.name, message: `clusters: each has a parameter of its own, ${CLUSTERS}NAME` }]);
  const checked = checkSettings({ ...rest.json, clusters: clusters.map(({ json }) => json) });
  if (!isProblems(checked)) return checked;
  throw invalidSettings(checked.map((problem) => named(problem, rest.name, clusters)));
}

/** Parameter names take letters, digits and `_.-`. */
function parameterOf(cluster: string): string {
  return CLUSTERS + cluster.replaceAll(/[^\w.-]/g, '_');
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function tooLargeProblem(name: string, bytes: number, source: Readonly<Record<string, unknown>>): SettingsProblem {
  const largest = Object.entries(source)
    .map(([key, value]): [string, number] => [key, bytesOf(JSON.stringify(value))])
    .sort(([, a], [, b]) => b - a)[0];
  const [key = '', size = 0] = largest ?? [];
  const over = `${bytes} bytes, and a parameter takes ${MAX_PARAMETER_BYTES}; most of it is ${key} (${size} bytes)`;
  return { path: name, message: `${over}. ${REMEDIES[key] ?? 'Shorten it'}` };
}

const REMEDIES: Readonly<Record<string, string>> = {
  ca: 'Leave the one certificate that signs the API server, without the rest of its chain and without text around it',
  tokens: 'Remove the tokens that are expired or no longer used',
  alerts: 'Join matchers into one: severity=~"critical|page"',
  namespaces: 'Grant the ClusterRole cluster-wide and leave the namespaces out',
};

function sameNames(parameters: readonly SettingsParameter[]): SettingsProblem[] {
  const groups = Map.groupBy(parameters, ({ name }) => name);
  return [...groups].flatMap(([path, group]) =>
    group.length > 1
      ? [{ path, message: `${group.length} clusters would have this parameter: name them differently in letters` }]
      : [],
  );
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function below(path: string, name: string): string {
  return path !== '' && name.startsWith(`${path}/`) ? name.slice(path.length + 1) : name;
}

function missing(path: string, holds: string): InvalidSettingsError {
  return invalidSettings([{ path, message: `there is no such parameter; it holds ${holds}` }]);
}

/** `clusters.1.endpoint` is in the second cluster's parameter; anything else in the one of the rest. */
function named(
  { path, message }: SettingsProblem,
  rest: string,
  clusters: readonly { readonly name: string }[],
): SettingsProblem {
  const [, index, inside = ''] = /^clusters\.(\d+)\.?(.*)$/.exec(path) ?? [];
  const cluster = index === undefined ? undefined : clusters[Number(index)];
  const where = cluster ? inside : path;
  return { path: cluster?.name ?? rest, message: where ? `${where}: ${message}` : message };
}
