import { EventBridgeClient, type EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { cutErrors } from '#shared/adapters/aws/first-line.ts';
import { sdkTimeouts } from '#shared/adapters/aws/sdk-timeouts.ts';

/** A client that waits at most 3 × 3 s for a bus; the stream delivers again what was not sent. */
export function eventbridgeClient(config: EventBridgeClientConfig = {}): EventBridgeClient {
  const client = new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: sdkTimeouts(3000),
    ...config,
  });
  client.middlewareStack.add(cutErrors, { step: 'initialize' });
  return client;
}
