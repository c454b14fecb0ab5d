import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import type { Key } from './keys.ts';
import { retryCrowded, waitBeforeRetry } from './retry.ts';

/** DynamoDB's limit for one call. */
const MAX_KEYS = 100;
/** A call answers at most 16 MB: a hundred full items come in three. */
const MAX_ROUNDS = 8;

type Item = Record<string, unknown>;
export type Table = { readonly client: DynamoDBDocumentClient; readonly name: string };

/** Reads the items of these keys, consistently; what does not exist is left out. The keys are distinct. */
export async function getItems(table: Table, keys: readonly Key[], signal: AbortSignal): Promise<Item[]> {
  const chunks = Array.from({ length: Math.ceil(keys.length / MAX_KEYS) }, (_, index) =>
    keys.slice(index * MAX_KEYS, (index + 1) * MAX_KEYS),
  );
  const found = await Promise.all(chunks.map((chunk) => getChunk(table, chunk, signal)));
  return found.flat();
}

async function getChunk({ client, name }: Table, keys: readonly Key[], signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  let open: Item[] = keys.map((key) => ({ ...key }));
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const command = new BatchGetCommand({ RequestItems: { [name]: { Keys: open, ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await retryCrowded(
      () => client.send(command, { abortSignal: signal }),
      signal,
    );
    items.push(...(Responses?.[name] ?? []));
    open = UnprocessedKeys?.[name]?.Keys ?? [];
    if (open.length === 0) return items;
    await waitBeforeRetry(round, signal);
  }
  throw new StoreFault(`Table ${name} left ${open.length} of ${keys.length} items unread after ${MAX_ROUNDS} calls`);
}
