import { createHash } from 'node:crypto';

export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
};
export type Resources = Readonly<Record<string, Resource>>;

/** What a standard parameter holds at most. */
const MAX_BYTES = 4096;

/** The settings in Parameter Store: one parameter a cluster and one for the rest, under the path that functions read. */
export function settingsParameters(stage: string, text: string): Resources {
  const { clusters, ...rest }: { clusters: { name: string }[] } = JSON.parse(text);
  const path = `/weightless/${stage}`;
  return {
    Settings: parameter(`${path}/settings`, rest),
    ...Object.fromEntries(
      clusters.map((cluster) => [
        `ClusterSettings${digest(cluster.name)}`,
        parameter(`${path}/clusters/${cluster.name.replace(/[^\w.-]/g, '_')}`, cluster),
      ]),
    ),
  };
}

function parameter(name: string, document: unknown): Resource {
  const value = JSON.stringify(document);
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_BYTES) {
    throw new Error(
      `The settings for ${name} have ${bytes} bytes, of ${MAX_BYTES} that a parameter takes: shorten them`,
    );
  }
  return { Type: 'AWS::SSM::Parameter', Properties: { Name: name, Type: 'String', Tier: 'Standard', Value: value } };
}

/** Logical ids are letters and digits; names of clusters are not. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
