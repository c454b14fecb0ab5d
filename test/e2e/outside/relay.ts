import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Relay = {
  readonly port: number;
  /** From now on nothing comes through, on old connections and new ones; who waits, waits for ever. */
  hang(): void;
  /** Lets new connections through; the old ones are gone. */
  open(): void;
  stop(): Promise<void>;
};

/** A loopback port in front of a server: what the network between a cluster and us can do to both. */
export async function startRelay(targetPort: number): Promise<Relay> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let hanging = false;

  const server = createServer((near) => {
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
    if (hanging) return;
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
    hang() {
      hanging = true;
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
      }
    },
    open() {
      hanging = false;
      drop();
    },
    async stop() {
      server.close();
      drop();
      await once(server, 'close');
    },
  };
}
