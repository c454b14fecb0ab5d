import {
  ALGORITHM,
  amzDate,
  canonicalQuery,
  credentialScope,
  type Signing,
  signatureOf,
  signedHeaders,
} from './sigv4.ts';

export type UrlToPresign = {
  readonly url: URL;
  /** What must be sent with the URL, beside the host; the names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
};

/** The URL of a GET that whoever holds it may send in our name. */
export function presignUrl({ url, headers, expiresInSeconds }: UrlToPresign, signing: Signing): string {
  const { accessKeyId, sessionToken } = signing.credentials;
  const signed = { ...headers, host: url.host };
  const query: [string, string][] = [
    ...url.searchParams,
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${accessKeyId}/${credentialScope(signing)}`],
    ['X-Amz-Date', amzDate(signing.at)],
    ['X-Amz-Expires', String(expiresInSeconds)],
    ['X-Amz-SignedHeaders', signedHeaders(signed)],
  ];
  if (sessionToken) query.push(['X-Amz-Security-Token', sessionToken]);
  const signature = signatureOf({ method: 'GET', path: url.pathname, query, headers: signed, body: '' }, signing);
  return `${url.origin}${url.pathname}?${canonicalQuery(query)}&X-Amz-Signature=${signature}`;
}
