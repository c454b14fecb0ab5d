import https from 'node:https';
import type { KubeApiserver } from '#test/real/engines/kube-apiserver.ts';

/** The least that a rollback can be: node:https, one kept connection a request in flight, no thought about the answers. */
export type Floor = {
  /** Reads all paths at the same time, then sends the patch; the API server's own time included. */
  readThenPatch(paths: readonly string[], patchPath: string, body: string): Promise<void>;
  close(): void;
};

export function floor({ url, ca, adminToken }: Pick<KubeApiserver, 'url' | 'ca' | 'adminToken'>): Floor {
  const base = new URL(url);
  const agent = new https.Agent({ keepAlive: true, ca });
  function call(method: string, path: string, body?: string): Promise<void> {
    const type =
      body === undefined
        ? {}
        : { 'content-type': 'application/json-patch+json', 'content-length': Buffer.byteLength(body) };
    const headers = { accept: 'application/json', authorization: `Bearer ${adminToken}`, ...type };
    return new Promise((resolve, reject) => {
      const request = https.request(
        { host: base.hostname, port: base.port, method, path, headers, agent },
        (response) => {
          if (response.statusCode !== 200) reject(new Error(`${method} ${path} answered ${response.statusCode}`));
          response.on('end', resolve).on('error', reject).resume();
        },
      );
      request.on('error', reject).end(body);
    });
  }
  return {
    async readThenPatch(paths, patchPath, body) {
      await Promise.all(paths.map((path) => call('GET', path)));
      await call('PATCH', patchPath, body);
    },
    close: () => agent.destroy(),
  };
}
