import { rootCertificates } from 'node:tls';
import { afterEach, describe, expect, inject, test } from 'vitest';
import type { ApiEndpoint } from '#shared/adapters/kubernetes/api-client.ts';
import { kubernetesCluster } from '#shared/adapters/kubernetes/kubernetes-cluster.ts';
import { tokensInTurn } from '#test/port-suites/open-cluster.ts';

const server = inject('kubeApiserver');
const signal = new AbortController().signal;

describe('the connection to a real API server', () => {
  let close = () => {};
  afterEach(() => close());

  function list(endpoint: Partial<ApiEndpoint>) {
    const credentials = tokensInTurn(server.tokens.admin);
    const cluster = kubernetesCluster({ name: 'test', endpoint: { url: server.url, credentials, ...endpoint } });
    close = () => cluster.client.close();
    return cluster.virtualServices.list('managed', signal);
  }

  test('is trusted by the certificate authority that it is configured with', async () => {
    await expect(list({ ca: server.ca })).resolves.toMatchObject({ objects: expect.any(Array) });
  });

  test('is trusted under the name that it is configured with', async () => {
    await expect(list({ ca: server.ca, serverName: 'kubernetes.default.svc' })).resolves.toMatchObject({
      objects: expect.any(Array),
    });
  });

  test.each([
    ['another certificate authority', { ca: rootCertificates[0] }, 'certificate'],
    ['the certificate authorities of the system', {}, 'certificate'],
    ['another name', { ca: server.ca, serverName: 'kubernetes.example.test' }, 'altnames'],
  ])('is refused with %s', async (_what, endpoint, words) => {
    await expect(list(endpoint)).rejects.toMatchObject({
      name: 'ClusterFault',
      kind: 'unreachable',
      retryable: false,
      message: expect.stringContaining(words),
    });
  });
});
