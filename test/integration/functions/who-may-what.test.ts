import { describe, expect, it } from 'vitest';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { DOCUMENTED, type Documented } from '#test/doubles/documented.ts';
import { LOCAL_TOKENS, type LocalRequest, servedLocally } from '#test/doubles/local-service.ts';

const reason = { reason: 'to see who may' };
const byHand = { cluster: 'production-eu', namespace: 'production', virtualService: 'payment-svc', ...reason };
const watchdog = aRawAlert({ labels: { alertname: 'Watchdog' } });

/** For each operation of the document a request that is as it should be, but for its token. */
const REQUESTS: Readonly<Record<string, (rollbackId: string) => Omit<LocalRequest, 'method' | 'authorization'>>> = {
  'GET /': () => ({ path: '/' }),
  'GET /rollbacks/{id}': (id) => ({ path: `/rollbacks/${id}` }),
  'GET /v1/report': () => ({ path: '/v1/report' }),
  'GET /v1/rollbacks': () => ({ path: '/v1/rollbacks' }),
  'GET /v1/rollbacks/{id}': (id) => ({ path: `/v1/rollbacks/${id}` }),
  'GET /openapi.json': () => ({ path: '/openapi.json' }),
  'GET /healthz': () => ({ path: '/healthz' }),
  'POST /v1/alerts': () => ({ path: '/v1/alerts', body: aWebhook() }),
  'POST /v1/heartbeat': () => ({ path: '/v1/heartbeat', body: aWebhook([watchdog]) }),
  'POST /v1/rollbacks': () => ({ path: '/v1/rollbacks', body: byHand, headers: { 'idempotency-key': 'k' } }),
  'POST /v1/rollbacks/{id}/restore': (id) => ({ path: `/v1/rollbacks/${id}/restore`, body: reason }),
  'POST /v1/holds/{hold+}': () => ({ path: '/v1/holds/production-eu/production/payment-svc/release', body: reason }),
};

type Sender = { readonly who: string; readonly authorization: string; readonly scope?: string };

const SENDERS: readonly Sender[] = [
  { who: 'nobody', authorization: '' },
  { who: 'an empty Bearer', authorization: 'Bearer ' },
  { who: 'an empty password', authorization: basic('') },
  { who: 'an unknown token, as Bearer', authorization: 'Bearer unknown' },
  { who: 'an unknown token, as Basic', authorization: basic('unknown') },
  ...LOCAL_TOKENS.flatMap(({ name, scope, expiresAt }) => {
    const may = expiresAt === undefined ? { scope } : {};
    return [
      { who: `the token ${name}, as Bearer`, authorization: `Bearer ${name}`, ...may },
      { who: `the token ${name}, as Basic`, authorization: basic(name), ...may },
    ];
  }),
];

function basic(token: string): string {
  return `Basic ${Buffer.from(`anyone:${token}`).toString('base64')}`;
}

const keyOf = ({ method, path }: Documented) => `${method} ${path}`;

/** What the document says that the sender is answered. */
function expected({ security, 'x-scopes': scopes = [] }: Documented, { scope }: Sender): number {
  if (security.length === 0) return 200;
  if (scope === undefined) return 401;
  return scopes.includes(scope) ? 200 : 403;
}

const cases = DOCUMENTED.flatMap((operation) =>
  SENDERS.map((sender) => ({
    what: keyOf(operation),
    who: sender.who,
    ...{ operation, sender, status: expected(operation, sender) },
  })),
);

describe('every operation of the document', () => {
  it('is asked here', () => {
    expect(new Set(DOCUMENTED.map(keyOf))).toEqual(new Set(Object.keys(REQUESTS)));
  });

  it('asks for a token, but for the health, and says which', () => {
    const open = DOCUMENTED.filter(({ security }) => security.length === 0);
    const asking = DOCUMENTED.filter(({ security }) => security.length > 0);

    expect(open.map(keyOf)).toEqual(['GET /healthz']);
    for (const one of asking) {
      expect(one.security, keyOf(one)).toEqual([{ bearer: [] }, { basic: [] }]);
      expect(one['x-scopes'], keyOf(one)).not.toEqual([]);
    }
  });

  it.each(cases)('$what answers $status to $who', async ({ what, operation, sender, status }) => {
    const { ask, cluster, rollBack } = servedLocally();
    const request = REQUESTS[what]?.(await rollBack()) ?? { path: operation.path };
    const before = JSON.stringify(cluster.read('production/payment-svc'));

    const answer = await ask({ ...request, method: operation.method, authorization: sender.authorization });

    expect(answer.statusCode).toBe(status);
    if (status === 401) expect(answer.headers?.['www-authenticate']).toMatch(/^(Bearer|Basic realm=)/);
    if (status !== 200) expect(JSON.stringify(cluster.read('production/payment-svc'))).toBe(before);
  });
});
