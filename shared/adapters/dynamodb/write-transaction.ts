import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { judgeError } from './judge-error.ts';
import { retryCrowded } from './retry.ts';
import type { TransactItem } from './transaction-of.ts';

/** Writes all of it or nothing; `conflict` where a condition did not hold, or another writer was always there first. */
export async function writeTransaction(
  client: DynamoDBDocumentClient,
  TransactItems: TransactItem[],
  signal: AbortSignal,
): Promise<'written' | 'conflict'> {
  try {
    // A new command for each try has a token of its own; the SDK's own retries, after an answer that was lost, share one.
    await retryCrowded(() => client.send(new TransactWriteCommand({ TransactItems }), { abortSignal: signal }), signal);
    return 'written';
  } catch (error) {
    const judgement = judgeError(error);
    if (judgement === 'changed' || judgement === 'contended') return 'conflict';
    throw error;
  }
}
