import { describe, expect, it } from 'vitest';
import type { KeyedRequest, RequestLog } from '#shared/ports/request-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';

const signal = new AbortController().signal;
const aRequest = (parts: Partial<KeyedRequest> = {}): KeyedRequest => ({
  key: 'key-1',
  receivedAt: 1_700_000_000_000,
  digest: 'd1',
  ...parts,
});

/** What every RequestLog does. `open` gives an empty one each time. */
export function describeRequestLog(name: string, open: () => Promise<RequestLog>): void {
  describe(`the log of requests (${name})`, () => {
    it('gives the first request under a key to whoever comes with it later', async () => {
      const log = await open();

      const first = await log.claim(aRequest(), signal);
      const second = await log.claim(aRequest({ receivedAt: 1_700_000_001_000, digest: 'd2' }), signal);
      const other = await log.claim(aRequest({ key: 'key-2', digest: 'd2' }), signal);

      expect(first).toMatchObject(aRequest());
      expect(second).toMatchObject(aRequest());
      expect(other).toMatchObject({ key: 'key-2', digest: 'd2' });
    });

    it('gives one of those who race to all of them', async () => {
      const log = await open();
      const racing = Array.from({ length: 8 }, (_, index) => aRequest({ receivedAt: 1_700_000_000_000 + index }));

      const claimed = await Promise.all(racing.map((request) => log.claim(request, signal)));

      expect(new Set(claimed.map(({ receivedAt }) => receivedAt)).size).toBe(1);
    });

    it('throws a StoreFault where its time is over', async () => {
      const log = await open();

      await expect(log.claim(aRequest(), AbortSignal.abort())).rejects.toThrow(StoreFault);
    });
  });
}
