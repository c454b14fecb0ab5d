import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { told } from './api-answer.ts';
import { pathOf } from './cluster-stage.ts';
import type { OnStage } from './use-stage.ts';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const SPEC = { hosts: ['a', 'b'], http: [{ name: 'one', route: [{ destination: { host: 'a' }, weight: 1 }] }] };
export const WEIGHT = '/spec/http/0/route/0/weight';

/** One object of a stage, and patches of it by the admin. */
export function patchingOn(on: () => OnStage) {
  const theObject = () =>
    aWrittenVirtualService({ namespace: on().stage.namespace, labels: { app: 'x', 'a/b': 'c' }, spec: SPEC });

  async function patch(body: unknown, contentType = JSON_PATCH, query = '') {
    const path = `${pathOf(theObject())}${query}`;
    return told(await on().stage.send({ method: 'PATCH', path, body, contentType }));
  }

  return { theObject, patch };
}
