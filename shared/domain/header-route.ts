import type { HttpMatch, HttpRoute } from './virtual-service.ts';

/** Istio ignores these as header keys: they have fields of their own (istio.io: HTTPMatchRequest.headers). */
const IGNORED_HEADER_KEYS = new Set(['uri', 'scheme', 'method', 'authority']);

/**
 * True where every `match` entry asks for a header or query parameter other than `cookie`: the way testers are sent to
 * a dark launch. Cookies are what sticky sessions set on users, so they do not count.
 */
export function isHeaderRoute(route: Pick<HttpRoute, 'match'>): boolean {
  const matches = route.match ?? [];
  return matches.length > 0 && matches.every(asksForHeader);
}

function asksForHeader(match: HttpMatch): boolean {
  const headers = Object.keys(match.headers ?? {}).map((key) => key.toLowerCase());
  if (headers.some((key) => key !== 'cookie' && !IGNORED_HEADER_KEYS.has(key))) return true;
  return Object.keys(match.queryParams ?? {}).some((key) => key.toLowerCase() !== 'cookie');
}
