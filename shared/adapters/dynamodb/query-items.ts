import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
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
