import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/**
 * What DynamoDB's refusal means. `changed`: a condition did not hold. `contended`: another transaction is at the same
 * items right now. `busy`: it asks to slow down. `fault`: everything else, the network's errors included.
 */
export type Judgement = 'changed' | 'contended' | 'busy' | 'fault';

const BY_NAME: Readonly<Record<string, Judgement>> = {
  ConditionalCheckFailedException: 'changed',
  TransactionConflictException: 'contended',
  TransactionInProgressException: 'contended',
  ProvisionedThroughputExceededException: 'busy',
  RequestLimitExceeded: 'busy',
  ThrottlingException: 'busy',
};

/** The same for each item of a cancelled transaction; the worst one speaks for all. */
const BY_REASON: Readonly<Record<string, Judgement>> = {
  ConditionalCheckFailed: 'changed',
  TransactionConflict: 'contended',
  ProvisionedThroughputExceeded: 'busy',
  ThrottlingError: 'busy',
};
const WORST_FIRST = ['changed', 'fault', 'busy', 'contended'] as const;

export function judgeError(error: unknown): Judgement {
  if (!(error instanceof Error)) return 'fault';
  if (!(error instanceof TransactionCanceledException)) return BY_NAME[error.name] ?? 'fault';
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  const judged = codes.map((code) => BY_REASON[code] ?? 'fault');
  return WORST_FIRST.find((judgement) => judged.includes(judgement)) ?? 'fault';
}
