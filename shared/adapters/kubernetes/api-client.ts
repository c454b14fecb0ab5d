import http from 'node:http';
import https from 'node:https';

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

export type ApiResponse = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
};

/** A list of thousands of objects is a few MB; what is far over that is not a Kubernetes answer. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/**
 * The smallest client that does the job: node:https with one keep-alive agent, so that a warm call costs no TLS
 * handshake (docs/adr/0001). It does not follow redirects and always verifies TLS.
 */
export type ApiClient = {
  request(request: ApiRequest): Promise<ApiResponse>;
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

  async function request(asked: ApiRequest): Promise<ApiResponse> {
    underWay += 1;
    try {
      return await exchange(asked);
    } finally {
      underWay -= 1;
      if (retired && underWay === 0) agent.destroy();
    }
  }

  async function exchange({ method, path, body, contentType, signal }: ApiRequest): Promise<ApiResponse> {
    const credentials = await endpoint.credentials.headers(signal);
    const headers = {
      accept: 'application/json',
      'user-agent': 'weightless',
      ...credentials,
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    };
    const prefix = base.pathname.replace(/\/$/, '');
    return new Promise((resolve, reject) => {
      const outgoing = send({
        host: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port,
        method,
        path: prefix + path,
        headers,
        agent,
        signal,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) =>
        readText(incoming).then(
          (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
          reject,
        ),
      );
      outgoing.end(body);
    });
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

/** By events: an async iterator costs a noticeable part of a millisecond on a path that has few of them. */
function readText(incoming: http.IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_RESPONSE_BYTES) {
        incoming.destroy(new Error(`The API server's answer is over ${MAX_RESPONSE_BYTES} bytes`));
      }
      chunks.push(chunk);
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    incoming.on('error', reject);
  });
}
