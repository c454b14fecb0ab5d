import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalServer, startHttpServer } from '#cli/local/http-server.ts';
import { localService } from '#cli/local/service.ts';
import { localTokens } from '#cli/local/tokens.ts';
import { memoryRequestLog } from '#shared/adapters/memory/memory-request-log.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';

describe('the local HTTP adapter', () => {
  const servers: LocalServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function listening(handler: HttpHandler): Promise<LocalServer> {
    const server = await startHttpServer(handler, 0);
    servers.push(server);
    return server;
  }

  /** As it is: clients would tidy the path. */
  async function get(server: LocalServer, target: string): Promise<string> {
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return text(socket);
  }

  it.each(['//', '//v1/alerts', '///', '//[', '/v1/alerts'])('hands on the path %s as it is', async (path) => {
    const server = await listening(async ({ rawPath }) => ({ statusCode: 200, body: `path=${rawPath};` }));

    expect(await get(server, path)).toContain(`path=${path};`);
  });

  it('hands on all that is given of a parameter, as API Gateway does', async () => {
    const server = await listening(async ({ queryStringParameters }) => ({
      statusCode: 200,
      body: `dryRun=${queryStringParameters?.['dryRun']};`,
    }));

    expect(await get(server, '/?dryRun=true&x=1&dryRun=false')).toContain('dryRun=true,false;');
  });

  it('answers a fault that nobody foresaw as the deployed functions do, and logs it', async () => {
    const log = recordingLog();
    const broken = () => Promise.reject(new Error('nobody foresaw this'));
    const cluster = { name: 'test', virtualServices: { list: broken, listPage: broken, get: broken, patch: broken } };
    const rollbackLog = memoryRollbackLog();
    const parts = { ...rollbackLog, cluster, clusterUrl: 'https://kubernetes.example.com', rollbackLog, log };
    const server = await listening(
      localService({ ...parts, requestLog: memoryRequestLog(), tokens: localTokens({ WEIGHTLESS_ALERTS_TOKEN: 'a' }) }),
    );
    const alert = {
      status: 'firing',
      labels: { severity: 'critical', service: 'a', namespace: 'b' },
      startsAt: '2026-03-04T05:06:07Z',
      fingerprint: 'f',
    };

    const answer = await fetch(`${server.url}/v1/alerts`, {
      method: 'POST',
      headers: { authorization: 'Bearer a', 'content-type': 'application/json' },
      body: JSON.stringify({ version: '4', alerts: [alert] }),
    });

    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/Send the request again/);
    expect(JSON.stringify(log.lines)).toMatch(/An unforeseen fault.*nobody foresaw this/);
  });
});
