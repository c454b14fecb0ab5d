import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { parseRequestItem } from '#shared/contracts/items.ts';
import type { KeyedRequest, RequestLog } from '#shared/ports/request-log.ts';
import { getItems } from './get-items.ts';
import { requestKey } from './keys.ts';
import { retryCrowded } from './retry.ts';
import { storeCall } from './store-call.ts';

const KEEP_SECONDS = 7 * 24 * 60 * 60;

/** Requests in the same table: the first write under a key stands. */
export function dynamodbRequestLog(client: DynamoDBDocumentClient, table: string): RequestLog {
  async function claim(request: KeyedRequest, signal: AbortSignal): Promise<KeyedRequest> {
    const Key = requestKey(request.key);
    const put = new PutCommand({
      TableName: table,
      Item: { ...Key, ...request, expiresAt: Math.floor(request.receivedAt / 1000) + KEEP_SECONDS },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    try {
      await retryCrowded(() => client.send(put, { abortSignal: signal }), signal);
      return request;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const [known] = await getItems({ client, name: table }, [Key], signal);
      return known ? parseRequestItem(known) : request;
    }
  }
  return {
    claim: (request, signal) => storeCall('remember a request', table, () => claim(request, signal)),
  };
}
