import { type ApiError, detailsOf, failure } from './api-error.ts';
import type { Target } from './request-target.ts';
import { resourceName } from './resources.ts';

/** As a rule of a Role: verbs on types, by their plural names; in all namespaces where none is named. */
export type Right = {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  readonly namespaces?: readonly string[];
};

export type User = {
  readonly name: string;
  readonly rights: 'all' | readonly Right[];
  /** True while priority and fairness have no seat for this user: every request is answered 429. */
  readonly throttled?: boolean;
};

/** By bearer token. */
export type Users = ReadonlyMap<string, User>;

const ANYBODY: User = { name: 'system:admin', rights: 'all' };
const ANONYMOUS: User = { name: 'system:anonymous', rights: [] };

/** Without a list of users everybody may do everything; with one, a request without a token is anonymous. */
export function authenticate(users: Users | undefined, authorization: string | undefined): User {
  if (!users) return ANYBODY;
  if (!authorization) return ANONYMOUS;
  const user = users.get(authorization.replace(/^bearer +/i, ''));
  if (!user) throw failure(401, 'Unauthorized', 'Unauthorized');
  return user;
}

export function authorize(user: User, target: Target): void {
  if (user.rights === 'all' || user.rights.some((right) => allows(right, target))) return;
  throw forbidden(user, target);
}

function allows({ verbs, resources, namespaces }: Right, { verb, plural, namespace, subresource }: Target): boolean {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  if (!verbs.includes(verb) || !resources.includes(resource)) return false;
  return namespaces === undefined || (namespace !== undefined && namespaces.includes(namespace));
}

function forbidden(user: User, target: Target): ApiError {
  const { verb, plural, group, namespace, name } = target;
  const object = name === undefined ? resourceName(target) : `${resourceName(target)} "${name}"`;
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${object} is forbidden: User "${user.name}" cannot ${verb} resource "${plural}" in API group "${group}" ${scope}`;
  return failure(403, 'Forbidden', message, detailsOf(target, name));
}
