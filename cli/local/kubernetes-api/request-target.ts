import type { IncomingMessage } from 'node:http';

/** What a request is about, whether or not such a type is served. */
export type Target = {
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
};

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | '';

const CORE = /^\/api\/(?<version>[^/]+)\/(?<rest>.+)$/;
const GROUPED = /^\/apis\/(?<group>[^/]+)\/(?<version>[^/]+)\/(?<rest>.+)$/;

/** undefined for a path that names no type of objects, such as /version. */
export function targetOf(method: IncomingMessage['method'], url: URL): Target | undefined {
  const { group = '', version, rest } = (CORE.exec(url.pathname) ?? GROUPED.exec(url.pathname))?.groups ?? {};
  if (version === undefined || rest === undefined) return undefined;
  const parts = rest.split('/').map(decodeURIComponent);
  const namespace = parts[0] === 'namespaces' && parts.length > 2 ? parts[1] : undefined;
  const [plural = '', name, subresource] = namespace === undefined ? parts : parts.slice(2);
  return { verb: verbOf(method, name, url.searchParams), group, version, plural, namespace, name, subresource };
}

function verbOf(method: string | undefined, name: string | undefined, query: URLSearchParams): Verb {
  switch (method) {
    case 'GET':
      if (name !== undefined) return 'get';
      return ['1', 'true'].includes(query.get('watch') ?? '') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return '';
  }
}
