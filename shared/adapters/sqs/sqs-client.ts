import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { cutErrors } from '#shared/adapters/aws/first-line.ts';
import { sdkTimeouts } from '#shared/adapters/aws/sdk-timeouts.ts';

/** A client that waits at most 2 × 3 s for a queue. */
export function sqsClient(config: SQSClientConfig = {}): SQSClient {
  const client = new SQSClient({
    maxAttempts: 2,
    requestHandler: sdkTimeouts(3000),
    ...config,
  });
  client.middlewareStack.add(cutErrors, { step: 'initialize' });
  return client;
}
