import type { AwsCaller, AwsRequest } from './aws-request.ts';
import { unreadable } from './judge-answer.ts';

/** What the names of the actions begin with. */
const TARGETS = { secretsmanager: 'secretsmanager', ssm: 'AmazonSSM' } as const;

export type AwsJsonRequest = Pick<AwsRequest, 'action' | 'region'> & {
  readonly service: keyof typeof TARGETS;
  readonly input: Readonly<Record<string, unknown>>;
};

/** An action of a service that speaks AWS JSON 1.1: the answer as JSON, still to be checked. */
export async function awsJsonCall(
  aws: AwsCaller,
  { service, action, region, input }: AwsJsonRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `${TARGETS[service]}.${action}`,
  };
  const text = await aws.call({ service, action, region, headers, body: JSON.stringify(input) }, signal);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable({ service, action }, cause);
  }
}
