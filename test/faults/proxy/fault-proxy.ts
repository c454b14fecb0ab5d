import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Answered, Exchange, Noted } from './exchange.ts';
import type { Fault, Match } from './faults.ts';
import { mustStrike } from './must-strike.ts';
import type { TlsIdentity } from './tls-identity.ts';

export type FaultProxy = {
  readonly url: string;
  /** Every request that came, in its order. */
  readonly noted: readonly Noted[];
  /** The next `times` requests that match meet the fault, and one has to; those injected later are asked first. */
  inject(match: Match, fault: Fault, times?: number): { lift(): void; readonly hits: () => number };
  /** Connections are refused, those that are open are reset. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Shows another certificate from now on, on new connections: the open ones are reset. */
  identify(identity: TlsIdentity): void;
  stop(): Promise<void>;
};

type Upstream = {
  readonly url: string;
  readonly ca?: string;
  /** Who a bearer token is, as the authenticator of EKS says it; the token itself where absent. */
  readonly authenticate?: (authorization: string | undefined) => string | undefined;
};
type Rule = { readonly match: Match; readonly fault: Fault; left: number; hits: number };

let order = 0;
const passes: Fault = async (exchange) => exchange.relay(await exchange.forward());

/** Stands on loopback between a function and an engine, and does to their requests what a test says. */
export async function startFaultProxy(upstream: Upstream, identity?: TlsIdentity): Promise<FaultProxy> {
  const noted: Noted[] = [];
  const rules: Rule[] = [];
  const sockets = new Map<number, Socket>();
  const forward = forwarder(upstream);

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await buffer(request);
    const note: Noted = {
      method: request.method ?? '',
      path: request.url ?? '',
      target:
        String(request.headers['x-amz-target'] ?? '')
          .split('.')
          .at(-1) ?? '',
      authorization: request.headers.authorization ?? '',
      body: body.toString('utf8'),
      order: order++,
      at: Date.now(),
    };
    noted.push(note);
    const exchange = exchangeOf(note, response, {
      forward: () => forward(request, body, goneOf(response)),
      reset: () => sockets.get(request.socket.remotePort ?? 0)?.resetAndDestroy(),
    });
    await take(rules, note)(exchange);
  }

  const listener: http.RequestListener = (request, response) => {
    // Whoever asked may be gone, and the engine too: then there is nobody to tell.
    handle(request, response).catch(() => response.destroy());
  };
  const secure = identity ? https.createServer(identity, listener) : undefined;
  const server = secure ?? http.createServer(listener);
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(port));
  });
  server.on('tlsClientError', () => undefined);
  const port = await listen(server, 0);
  const resetAll = () => {
    for (const socket of sockets.values()) socket.resetAndDestroy();
  };
  async function down(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    resetAll();
    await closed;
  }

  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    noted,
    inject(match, fault, times = Number.POSITIVE_INFINITY) {
      const rule: Rule = { match, fault, left: times, hits: 0 };
      rules.unshift(rule);
      mustStrike(`the fault for requests like ${match}`, () => rule.hits > 0);
      return {
        lift() {
          rule.left = 0;
        },
        hits: () => rule.hits,
      };
    },
    down,
    async up() {
      await listen(server, port);
    },
    identify(next) {
      secure?.setSecureContext(next);
      resetAll();
    },
    async stop() {
      await down();
      forward.close();
    },
  };
}

function take(rules: readonly Rule[], note: Noted): Fault {
  const rule = rules.find(({ left, match }) => left > 0 && match(note));
  if (!rule) return passes;
  rule.left -= 1;
  rule.hits += 1;
  return rule.fault;
}

type Ends = { readonly forward: () => Promise<Answered>; readonly reset: () => void };

function exchangeOf(note: Noted, response: http.ServerResponse, ends: Ends): Exchange {
  async function send(status: number, headers: http.OutgoingHttpHeaders, body: Buffer | string): Promise<void> {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    await new Promise<void>((resolve) => response.end(body, resolve));
  }
  return {
    ...note,
    async forward() {
      note.forwardedAt = Date.now();
      const answer = await ends.forward();
      note.answeredAt = Date.now();
      note.status = answer.status;
      return answer;
    },
    relay({ status, headers, body }) {
      const { 'transfer-encoding': _, connection: __, ...kept } = headers;
      return send(status, kept, body);
    },
    answer(status, body, headers = {}) {
      note.status = status;
      return send(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
    },
    reset: ends.reset,
  };
}

/** Who asked has gone before the answer: the engine is to see that, as it would without a proxy. */
function goneOf(response: http.ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

function forwarder({ url, ca, authenticate = (given) => given }: Upstream) {
  const base = new URL(url);
  const secure = base.protocol === 'https:';
  const agent = secure ? new https.Agent({ keepAlive: true, ca }) : new http.Agent({ keepAlive: true });
  const request = secure ? https.request : http.request;

  async function forward(incoming: http.IncomingMessage, body: Buffer, signal: AbortSignal): Promise<Answered> {
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    const { host: _, 'transfer-encoding': __, connection: ___, ...rest } = incoming.headers;
    const authorization = authenticate(rest.authorization);
    const headers = { ...rest, ...(authorization ? { authorization } : {}) };
    const outgoing = request(new URL(incoming.url ?? '/', base), { method: incoming.method, headers, agent, signal });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const { statusCode = 0 } = answer;
      buffer(answer).then((text) => resolve({ status: statusCode, headers: answer.headers, body: text }), reject);
    });
    outgoing.end(body);
    return promise;
  }
  return Object.assign(forward, { close: () => agent.destroy() });
}

async function listen(server: http.Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy got no port');
  return address.port;
}
