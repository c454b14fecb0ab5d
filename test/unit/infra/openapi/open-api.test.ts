import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DATA_PARAMETERS, LIST_PARAMETERS, REPORT_PARAMETERS } from '#functions/report/read-query.ts';
import { REPORT_ROUTES } from '#functions/report/routes.ts';
import { openApiText } from '#infra/openapi/open-api.ts';

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const document = JSON.parse(openApiText());

type Functions = Record<string, { events?: { httpApi?: string }[] }>;

describe('the OpenAPI document', () => {
  it('is what the schemas say now (npm run openapi)', () => {
    expect(read('infra/openapi.json')).toBe(openApiText());
  });

  it('has the routes that are deployed, and no other', () => {
    const { functions }: { functions: Functions } = parse(read('serverless.yml'), { logLevel: 'silent' });
    const deployed = Object.values(functions).flatMap(({ events = [] }) =>
      events.flatMap(({ httpApi }) => httpApi ?? []),
    );

    const told = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(told.sort(byText)).toEqual(deployed.sort(byText));
  });

  it('has the routes that the report function answers', () => {
    const told = REPORT_ROUTES.filter((path) => document.paths[path]?.get);

    expect(told).toEqual(REPORT_ROUTES);
  });

  it.each([
    ['/v1/report', DATA_PARAMETERS],
    ['/', REPORT_PARAMETERS],
    ['/v1/rollbacks', LIST_PARAMETERS],
  ])('has the parameters that %s takes', (path, parameters) => {
    const names = document.paths[path].get.parameters.map(({ name }: { name: string }) => name);

    expect(new Set(names)).toEqual(new Set(parameters));
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
