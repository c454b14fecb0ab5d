import { describe, expect, it } from 'vitest';
import type { ApiClient } from '#cli/api/api-client.ts';
import { wholeId } from '#cli/api/whole-id.ts';

const [A, B, OTHER] = ['0123456789ab0', '0123456789ab1', '0123456799'].map((start) => start.padEnd(64, 'e'));

/** The service with these ids, a page each, some of the pages empty. */
function service(pages: readonly (readonly (string | undefined)[])[]): { api: ApiClient; asked: string[] } {
  const asked: string[] = [];
  const none = () => Promise.reject(new Error('not asked for here'));
  async function get(path: string, { query = {} }: Parameters<ApiClient['get']>[1] = {}): Promise<unknown> {
    const { id = '', cursor = '0' } = query;
    asked.push(`${path} ${id}`);
    const page = pages[Number(cursor)] ?? [];
    const rollbacks = page.filter((one) => one?.startsWith(id)).map((rollbackId) => ({ rollbackId }));
    const next = Number(cursor) + 1;
    return { rollbacks, ...(next < pages.length ? { next: String(next) } : {}) };
  }
  return { api: { get, getText: none, post: none }, asked };
}

describe('the id that a person gives', () => {
  it('is found by what it begins with, on whichever page it is', async () => {
    const { api } = service([[], [OTHER], [], [A]]);

    expect(await wholeId(api, '0123456789')).toBe(A);
  });

  it('is not chosen from several, which are named', async () => {
    const { api } = service([[A], [], [B, OTHER]]);

    await expect(wholeId(api, '01234567')).rejects.toThrow(
      `Several ids begin with 01234567; say which: ${A}, ${B}, ${OTHER}`,
    );
  });

  it('says where none begins so', async () => {
    await expect(wholeId(service([[A]]).api, 'ffffffff')).rejects.toThrow(
      'No rollback has an id (64 hex digits) that begins with ffffffff: weightless list shows them',
    );
  });

  it('says that it did not look at all of them where there are very many', async () => {
    const { api, asked } = service(Array.from({ length: 100 }, () => [A]));

    await expect(wholeId(api, 'ffffffff')).rejects.toThrow('No rollback of those received last has an id');
    expect(asked).toHaveLength(12);
  });

  it.each([A ?? '', 'a1b2c3', 'nope-nope-nope', '01234567G'])(
    'is left as it is where it is no beginning: %s',
    async (id) => {
      const { api, asked } = service([[A]]);

      expect(await wholeId(api, id)).toBe(id);
      expect(asked).toEqual([]);
    },
  );

  it('is asked for no longer once what a table shows of it is found', async () => {
    const { api, asked } = service([[OTHER], [A], [], []]);

    expect(await wholeId(api, '0123456789ab')).toBe(A);
    expect(asked).toEqual(['/v1/rollbacks 0123456789ab', '/v1/rollbacks 0123456789ab']);
  });
});
