import { describe, expect, it } from 'vitest';
import { servedLocally } from '#test/doubles/local-service.ts';

async function asked(method: string, path: string) {
  const { ask } = servedLocally();
  const { statusCode, headers, body } = await ask({ method, path });
  return { status: statusCode, allow: headers?.['allow'], error: JSON.parse(body ?? '{}').error };
}

describe('one address for all functions', () => {
  it.each([
    ['PUT', '/v1/rollbacks', 'GET, POST'],
    ['DELETE', '/v1/rollbacks', 'GET, POST'],
    ['POST', '/v1/rollbacks/x', 'GET'],
    ['POST', '/', 'GET'],
    ['GET', '/v1/rollbacks/x/restore', 'POST'],
    ['GET', '/v1/holds/a/b/c/release', 'POST'],
    ['GET', '/v1/alerts', 'POST'],
    ['POST', '/healthz', 'GET'],
  ])('says of %s %s which methods the path takes: %s', async (method, path, methods) => {
    const { status, allow, error } = await asked(method, path);

    expect({ status, allow }).toEqual({ status: 405, allow: methods });
    expect(error).toBe(`${path} takes ${methods.replace(', ', ' and ')}`);
  });

  it.each([
    ['POST', '/v1/holds/a/b/release', /it is \/v1\/holds\/CLUSTER\/NAMESPACE\/VIRTUALSERVICE\/release/],
    ['POST', '/v1/holds/a/b/c', /it is \/v1\/holds\/CLUSTER\/NAMESPACE\/VIRTUALSERVICE\/release/],
    ['GET', '/v2/rollbacks', /Alertmanager posts to \/v1\/alerts, and \/openapi\.json has the rest/],
  ])('says of %s %s what there is instead', async (method, path, words) => {
    const { status, error } = await asked(method, path);

    expect(status).toBe(404);
    expect(error).toMatch(words);
  });
});
