import type { Template } from './template.ts';

export type Statement = {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly unknown[];
  readonly Condition?: { readonly ArnEquals: Readonly<Record<string, unknown>> };
};

/** All that a role may and may not do, of its own policies and of those that are attached to it. */
export function statementsOf(template: Template, role: string): Statement[] {
  const own = template
    .resource(role)
    .Properties['Policies'].map((one: { PolicyDocument: unknown }) => one.PolicyDocument);
  const attached = [...template.ofType('AWS::IAM::Policy').values()]
    .filter(({ Properties }) => Properties['Roles'].some((one: { Ref: string }) => one.Ref === role))
    .map(({ Properties }) => Properties['PolicyDocument']);
  return [...own, ...attached].flatMap(({ Statement }) => Statement).map(plural);
}

function plural({ Action, Resource, ...rest }: Statement): Statement {
  return { ...rest, Action: [Action].flat(), Resource: [Resource].flat() };
}

/** What is allowed, as `action on resource`. */
export function grantsOf(template: Template, role: string): string[] {
  return statementsOf(template, role)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) => Action.flatMap((action) => Resource.map((on) => `${action} on ${nameOf(on)}`)))
    .sort();
}

/** The name of a resource, with a star for this region and this account. */
export function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [[kind, value] = ['', '']] = Object.entries(resource ?? {});
  const text = kind === 'Fn::GetAtt' ? [value].flat().join('.') : String(value);
  return text
    .replace(/^arn:\$\{AWS::Partition\}:/, '')
    .replace(/\$\{AWS::(Region|AccountId)\}/g, '*')
    .replace(/\$\{([\w.]+)\}/g, '$1');
}
