import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { cutErrors } from '#shared/adapters/aws/first-line.ts';
import { sdkTimeouts } from '#shared/adapters/aws/sdk-timeouts.ts';

/**
 * A client that gives up on a dead store soon: at most two tries of two seconds, of the eight that a delivery has.
 * Region, credentials and `AWS_ENDPOINT_URL_DYNAMODB` come from the environment unless given.
 */
export function documentClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 2,
    requestHandler: sdkTimeouts(2000),
    ...config,
  });
  client.middlewareStack.add(cutErrors, { step: 'initialize' });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
