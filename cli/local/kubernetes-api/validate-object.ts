import { type ApiError, badRequest, failure, invalid } from './api-error.ts';
import { checkShape, type Problem, required } from './check-shape.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { apiVersionOf, type Resource } from './resources.ts';

export type ObjectName = { readonly namespace: string; readonly name: string };

const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const BAD_NAME = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'";
const UNCHECKED: Problem = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};

/** That an object is the one that the URL names. @throws ApiError */
export function matchUrl({ metadata }: KubernetesObject, { namespace, name }: ObjectName): void {
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`);
  }
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** That an object keeps the rules of its type. @throws ApiError */
export function validateObject(resource: Resource, object: KubernetesObject, name: string): void {
  const { apiVersion, kind } = object;
  if (kind !== resource.kind || apiVersion !== apiVersionOf(resource)) throw otherType(resource, object, name);
  const problems = [...metadataProblems(object, name), ...checkShape(object, resource.shape)];
  if (problems.length === 0) return;
  throw invalid(resource, name, resource.custom ? [...problems, UNCHECKED] : problems);
}

/** Only the type of the resource is written; it has no status of its own and nothing converts it. */
function otherType(resource: Resource, { apiVersion, kind }: KubernetesObject, name: string): ApiError {
  if (apiVersion !== apiVersionOf(resource)) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(resource)})`,
    );
  }
  const message = `Invalid value: "${kind}": must be ${resource.kind}`;
  return invalid({ ...resource, kind }, name, [{ reason: 'FieldValueInvalid', message, field: 'kind' }]);
}

function metadataProblems({ metadata }: KubernetesObject, name: string): Problem[] {
  const problems: Problem[] = [];
  if (name === '') {
    problems.push({ ...required('metadata.name'), message: 'Required value: name or generateName is required' });
  } else if (!SUBDOMAIN.test(name)) {
    const message = `Invalid value: "${name}": ${BAD_NAME}`;
    problems.push({ reason: 'FieldValueInvalid', message, field: 'metadata.name' });
  }
  const bytes = Object.entries(metadata.annotations ?? {})
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MAX_ANNOTATIONS_BYTES) {
    const message = `Too long: may not be more than ${MAX_ANNOTATIONS_BYTES} bytes`;
    problems.push({ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' });
  }
  return problems;
}

/** An update says which state of the object it was made from. @throws ApiError */
export function requireVersion(resource: Resource, { metadata }: KubernetesObject): void {
  if (metadata.resourceVersion) return;
  const message = 'Invalid value: 0: must be specified for an update';
  const kind = resource.plural;
  throw invalid({ ...resource, kind }, metadata.name ?? '', [
    { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' },
  ]);
}

/** @throws ApiError */
export function refuseVersion({ metadata }: KubernetesObject): void {
  if (metadata.resourceVersion) {
    throw failure(500, undefined, 'resourceVersion should not be set on objects to be created');
  }
}
