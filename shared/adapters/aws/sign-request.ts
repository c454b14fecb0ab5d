import { ALGORITHM, amzDate, credentialScope, type Signing, sha256Hex, signatureOf, signedHeaders } from './sigv4.ts';

export type RequestToSign = {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Their names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** All headers to send: those given, and the ones that prove who sends them. */
export function signRequest({ method, url, headers, body }: RequestToSign, signing: Signing): Record<string, string> {
  const { accessKeyId, sessionToken } = signing.credentials;
  const signed = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': sha256Hex(body),
    'x-amz-date': amzDate(signing.at),
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
  };
  const query = [...url.searchParams];
  const signature = signatureOf({ method, path: url.pathname, query, headers: signed, body }, signing);
  const proof = `Credential=${accessKeyId}/${credentialScope(signing)}, SignedHeaders=${signedHeaders(signed)}`;
  return { ...signed, authorization: `${ALGORITHM} ${proof}, Signature=${signature}` };
}
