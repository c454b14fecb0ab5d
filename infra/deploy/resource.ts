import { createHash } from 'node:crypto';

/** A resource of the CloudFormation template. */
export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
};
export type Resources = Readonly<Record<string, Resource>>;

/** A logical id, which has letters and digits only, for what is told apart by a name of its own. */
export function logicalId(kind: string, name: string): string {
  return kind + createHash('sha256').update(name).digest('hex').slice(0, 10);
}

export function arnOf(id: string): { readonly 'Fn::GetAtt': readonly [string, string] } {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}

/** `${AWS::Region}` and its like stay for CloudFormation to fill in. */
export function sub(text: string): { readonly 'Fn::Sub': string } {
  return { 'Fn::Sub': text };
}
