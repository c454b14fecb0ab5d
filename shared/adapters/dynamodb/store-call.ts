import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { itemProblems } from '#shared/contracts/items.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';

const HINTS: Readonly<Record<string, string>> = {
  AbortError: 'the time for it was over',
  AccessDeniedException: "grant the function's role the action on the table and its indexes",
  ResourceNotFoundException: 'check the name of the table and the region',
};

/** Runs one call of the port: whatever goes wrong in it leaves as a StoreFault that says what could not be done. */
export async function storeCall<T>(could: string, table: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StoreFault) throw cause;
    throw new StoreFault(`Could not ${could} in table ${table}: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const problems = itemProblems(cause);
  if (problems) return problems;
  const said = cause instanceof TransactionCanceledException ? reasonsOf(cause) : cause.message;
  const hint = HINTS[cause.name];
  return [`${cause.name}: ${said}`, ...(hint ? [hint] : [])].join('; ');
}

/** The items are told by their place in the transaction: DynamoDB does not name them. */
function reasonsOf({ CancellationReasons = [] }: TransactionCanceledException): string {
  return CancellationReasons.flatMap(({ Code = 'None', Message = '' }, place) =>
    Code === 'None' ? [] : [`item ${place}: ${Code} ${Message}`.trim()],
  ).join(', ');
}
