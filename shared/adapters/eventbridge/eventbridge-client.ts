import { EventBridgeClient, type EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { cutErrors } from '#shared/adapters/aws/first-line.ts';

/** A client that waits at most 3 × 3 s for a bus; the stream delivers again what was not sent. */
export function eventbridgeClient(config: EventBridgeClientConfig = {}): EventBridgeClient {
  const client = new EventBridgeClient({
    maxAttempts: 3,
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
