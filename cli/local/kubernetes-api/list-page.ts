import { badRequest } from './api-error.ts';
import type { StoredObject } from './kubernetes-object.ts';

/** Which part of a list a request asks for. */
export type ListPage = {
  /** The revision of the first part; absent where this is the first. */
  readonly version: string | undefined;
  /** The place after which this part begins; of the first one, the empty string. */
  readonly from: string;
  readonly limit: number | undefined;
};

/** Reads `limit` and `continue`. @throws ApiError where one of them is none */
export function parsePage(query: URLSearchParams): ListPage {
  const limit = query.get('limit') || '0';
  if (!/^-?\d+$/.test(limit)) throw badRequest(`limit ${JSON.stringify(limit)} is no number`);
  const token = query.get('continue') || undefined;
  return { version: undefined, from: '', ...(token ? parseToken(token) : {}), limit: Number(limit) || undefined };
}

function parseToken(token: string): Pick<ListPage, 'version' | 'from'> {
  const [version, from] = Buffer.from(token, 'base64url').toString().split(' ');
  if (!version || !from || !/^\d+$/.test(version)) throw badRequest('continue key is not valid');
  return { version, from };
}

export function continueToken(version: string, from: string): string {
  return Buffer.from(`${version} ${from}`).toString('base64url');
}

/** Where an object stands in a list: with a slash at the end of each part, as the store sorts them. */
export function placeOf({ metadata }: StoredObject): string {
  return `${metadata.namespace}/${metadata.name}/`;
}
