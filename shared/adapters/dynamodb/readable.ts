/** Told of an item that does not parse, by its key, where the list goes on without it. */
export type OnUnreadable = (key: string, cause: unknown) => void;

type Reading<T> = {
  readonly limit: number;
  readonly parse: (item: unknown) => T;
  readonly onUnreadable: OnUnreadable;
};

/** The first items that parse; one that does not must not hide the others. */
export async function takeReadable<T>(
  items: AsyncIterable<Record<string, unknown>>,
  { limit, parse, onUnreadable }: Reading<T>,
): Promise<T[]> {
  const read: T[] = [];
  if (limit <= 0) return read;
  for await (const item of items) {
    try {
      read.push(parse(item));
    } catch (cause) {
      onUnreadable(String(item['pk']), cause);
    }
    if (read.length === limit) break;
  }
  return read;
}

/** Those of the items that parse. */
export function readable<T>(
  items: readonly Record<string, unknown>[],
  { parse, onUnreadable }: Omit<Reading<T>, 'limit'>,
): T[] {
  return items.flatMap((item) => {
    try {
      return [parse(item)];
    } catch (cause) {
      onUnreadable(String(item['pk']), cause);
      return [];
    }
  });
}
