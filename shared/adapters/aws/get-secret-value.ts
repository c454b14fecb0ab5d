import * as z from 'zod/mini';
import { regionOfArn } from './aws-endpoint.ts';
import { awsJsonCall } from './aws-json-call.ts';
import type { AwsCaller } from './aws-request.ts';
import { unreadable } from './judge-answer.ts';

const Answer = z.object({ SecretString: z.optional(z.string()) });

/** The current text of a secret, asked in the region of its ARN; undefined for a binary one. */
export async function getSecretValue(aws: AwsCaller, secret: string, signal: AbortSignal): Promise<string | undefined> {
  const asked = { service: 'secretsmanager', action: 'GetSecretValue' } as const;
  const request = { ...asked, region: regionOfArn(secret), input: { SecretId: secret } };
  const answer = Answer.safeParse(await awsJsonCall(aws, request, signal));
  if (!answer.success) throw unreadable(asked, answer.error);
  return answer.data.SecretString;
}
