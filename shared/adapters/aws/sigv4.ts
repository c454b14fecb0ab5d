import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from './aws-credentials.ts';

/** Who signs, for which service, and when (epoch ms). */
export type Signing = {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly service: string;
  readonly at: number;
};

/** What is signed of a request. The names of the headers are in lower case. */
export type Signable = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** `20261121T140000Z` */
export function amzDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** The part of a credential that says what it is good for. */
export function credentialScope({ region, service, at }: Signing): string {
  return `${amzDate(at).slice(0, 8)}/${region}/${service}/aws4_request`;
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The names of all headers, as the signature lists them. */
export function signedHeaders(headers: Readonly<Record<string, string>>): string {
  return namesOf(headers).join(';');
}

function namesOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.keys(headers).sort(compare);
}

/** Signature Version 4, hex. Every header given is signed. */
export function signatureOf(signable: Signable, signing: Signing): string {
  const scope = credentialScope(signing);
  const text = [ALGORITHM, amzDate(signing.at), scope, sha256Hex(canonicalRequest(signable))].join('\n');
  return createHmac('sha256', signingKey(signing, scope)).update(text).digest('hex');
}

function signingKey({ credentials }: Signing, scope: string): Buffer {
  return scope
    .split('/')
    .reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${credentials.secretAccessKey}`),
    );
}

function canonicalRequest({ method, path, query, headers, body }: Signable): string {
  const lines = namesOf(headers).map((name) => `${name}:${canonicalValue(headers[name] ?? '')}`);
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...lines,
    '',
    signedHeaders(headers),
    sha256Hex(body),
  ].join('\n');
}

function canonicalValue(value: string): string {
  return value
    .replace(/[\r\n]/g, ' ')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '');
}

/** Every service but S3 has the path, encoded as it is, encoded once more. */
function canonicalPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.map(encodeUri).join('/')}${end}`;
}

/** Sorted by name, then by value; also the query of a presigned URL. */
export function canonicalQuery(query: Signable['query']): string {
  return query
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** RFC 3986: encodeURIComponent leaves five characters that AWS wants encoded. */
function encodeUri(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
