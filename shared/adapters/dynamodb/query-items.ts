import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Page } from '#shared/ports/page.ts';
import type { Table } from './get-items.ts';
import { retryCrowded } from './retry.ts';

export type Question = Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>;

/** The items that a query finds, page after page, as long as the caller asks for more. */
export async function* queryItems(
  { client, name }: Table,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    const command = new QueryCommand({ ...question, TableName: name, ExclusiveStartKey: from });
    const page = await retryCrowded(() => client.send(command, { abortSignal: signal }), signal);
    yield* page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}

type ItemPage = { readonly items: readonly Record<string, unknown>[]; readonly next?: string | undefined };

/** One page of what a query finds; `from` is what the page before gave as `next`. */
export async function queryPage(
  { client, name }: Table,
  question: Question,
  { limit, from }: Page,
  signal: AbortSignal,
): Promise<ItemPage> {
  const ExclusiveStartKey: QueryCommandInput['ExclusiveStartKey'] = from === undefined ? undefined : JSON.parse(from);
  const command = new QueryCommand({ ...question, TableName: name, Limit: limit, ExclusiveStartKey });
  const { Items = [], LastEvaluatedKey } = await retryCrowded(
    () => client.send(command, { abortSignal: signal }),
    signal,
  );
  return { items: Items, ...(LastEvaluatedKey ? { next: JSON.stringify(LastEvaluatedKey) } : {}) };
}
