import http from 'node:http';
import https from 'node:https';
import { answerTo, type HttpAnswer } from '#shared/adapters/http/answer-to.ts';

/** How a cluster is reached. Comes from settings or a kubeconfig only, never from an alert. */
export type ApiEndpoint = {
  /** `https://host:port`, or plain http on loopback for the embedded API. */
  readonly url: string;
  /** PEM; the system's certificate authorities where absent. */
  readonly ca?: string | undefined;
  readonly clientCertificate?: { readonly cert: string; readonly key: string } | undefined;
  readonly serverName?: string | undefined;
  readonly credentials: Credentials;
};

export type Credentials = {
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Forgets what is cached: the API server did not accept it. */
  reload(): void;
};

/** Our credentials cannot be had: the API server was not asked. */
export class CredentialsError extends Error {
  override name = 'CredentialsError' as const;
}

export type ApiRequest = {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly signal: AbortSignal;
};

/** A list of thousands of objects is a few MB; what is far over that is not a Kubernetes answer. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/**
 * The smallest client that does the job: node:https with one keep-alive agent, so that a warm call costs no TLS
 * handshake (docs/adr/0001). It does not follow redirects and always verifies TLS.
 */
export type ApiClient = {
  request(request: ApiRequest): Promise<HttpAnswer>;
  /** Opens the TLS connection ahead of the first request. */
  warm(): Promise<void>;
  close(): void;
  /** Closes the connection once nothing is under way; a late request still gets its answer, on one of its own. */
  retire(): void;
};

export function apiClient(endpoint: ApiEndpoint): ApiClient {
  const base = new URL(endpoint.url);
  const secure = base.protocol === 'https:';
  const agent = secure
    ? new https.Agent({ keepAlive: true, ...tlsOptions(endpoint) })
    : new http.Agent({ keepAlive: true });
  const send = secure ? https.request : http.request;

  let underWay = 0;
  let retired = false;

  async function request(asked: ApiRequest): Promise<HttpAnswer> {
    underWay += 1;
    try {
      return await exchange(asked);
    } finally {
      underWay -= 1;
      if (retired && underWay === 0) agent.destroy();
    }
  }

  async function exchange({ method, path, body, contentType, signal }: ApiRequest): Promise<HttpAnswer> {
    const credentials = await endpoint.credentials.headers(signal);
    const headers = {
      accept: 'application/json',
      'user-agent': 'weightless',
      ...credentials,
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    };
    const prefix = base.pathname.replace(/\/$/, '');
    const outgoing = send({
      host: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      method,
      path: prefix + path,
      headers,
      agent,
      signal,
    });
    return answerTo(outgoing, { body, maxBytes: MAX_RESPONSE_BYTES });
  }

  return {
    request,
    async warm() {
      await request({ method: 'GET', path: '/version', signal: AbortSignal.timeout(2000) });
    },
    close: () => agent.destroy(),
    retire() {
      retired = true;
      if (underWay === 0) agent.destroy();
    },
  };
}

function tlsOptions({ ca, clientCertificate, serverName }: ApiEndpoint): https.AgentOptions {
  return {
    rejectUnauthorized: true,
    ...(ca ? { ca } : {}),
    ...(clientCertificate ?? {}),
    ...(serverName ? { servername: serverName } : {}),
  };
}
