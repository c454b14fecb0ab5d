import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * `open`: new connections come through. `hang`: nothing comes through, on old connections and new ones; who waits, waits
 * for ever. `refuse`: a connection is closed as soon as it is made.
 */
export const RELAY_MODES = ['open', 'hang', 'refuse'] as const;
export type RelayMode = (typeof RELAY_MODES)[number];

export type Relay = {
  readonly port: number;
  turn(to: RelayMode): void;
  stop(): Promise<void>;
};

/** A loopback port in front of a server: what the network between a cluster and us can do to both. */
export async function startRelay(targetPort: number): Promise<Relay> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let mode: RelayMode = 'open';

  const server = createServer((near) => {
    if (mode === 'refuse') {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      // The other end's `close` follows by itself.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const end of pair) end.destroy();
      });
    }
    if (mode === 'hang') return;
    near.pipe(far);
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');

  function drop() {
    for (const [near] of pairs) near.destroy();
  }

  return {
    port: address.port,
    turn(to) {
      mode = to;
      if (to !== 'hang') drop();
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
      }
    },
    async stop() {
      server.close();
      drop();
      await once(server, 'close');
    },
  };
}
