import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { cutErrors } from '#shared/adapters/aws/first-line.ts';

/** A client that waits at most 2 × 3 s for a queue. */
export function sqsClient(config: SQSClientConfig = {}): SQSClient {
  const client = new SQSClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 3000,
      throwOnRequestTimeout: true,
      socketTimeout: 3000,
    },
    ...config,
  });
  client.middlewareStack.add(cutErrors, { step: 'initialize' });
  return client;
}
