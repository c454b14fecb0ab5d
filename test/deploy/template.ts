import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import * as z from 'zod';

/** A template is JSON of any shape; each test says what it expects of it. */
const Properties = z.record(z.string(), z.any());
const ResourceSchema = z.looseObject({
  Type: z.string(),
  Properties: Properties.default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
});
const TemplateSchema = z.object({
  Resources: z.record(z.string(), ResourceSchema),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })),
});
export type TemplateResource = z.infer<typeof ResourceSchema>;

export type Template = z.infer<typeof TemplateSchema> & {
  resource(id: string): TemplateResource;
  /** The resources of a type, by logical id. */
  ofType(type: string): ReadonlyMap<string, TemplateResource>;
};

export const FUNCTIONS = ['rollback', 'report', 'operate', 'publish', 'guard', 'notify'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** What CloudFormation is given. */
export function templateOf(name: 'plain' | 'full'): Template {
  const template = TemplateSchema.parse(JSON.parse(readFileSync(inject('packages')[name].template, 'utf8')));
  return {
    ...template,
    resource(id) {
      const found = template.Resources[id];
      if (!found) throw new Error(`There is no resource ${id}, only ${Object.keys(template.Resources).join(', ')}`);
      return found;
    },
    ofType: (type) => new Map(Object.entries(template.Resources).filter(([, one]) => one.Type === type)),
  };
}

export function distOf(name: 'plain' | 'full'): string {
  return inject('packages')[name].dist;
}

/** `Rollback` of `rollback`, as logical ids have it. */
export function capital(name: FunctionName): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export function arn(id: string): unknown {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}
