import { once } from 'node:events';
import type { Server } from 'node:http';

/** Lets a test's server listen on a free port, and end with all of its connections. */
export async function listenOnLoopback(server: Server): Promise<{ readonly url: string; stop(): Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
