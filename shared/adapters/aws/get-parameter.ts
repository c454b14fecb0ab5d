import * as z from 'zod/mini';
import { regionOfArn } from './aws-endpoint.ts';
import { awsJsonCall } from './aws-json-call.ts';
import type { AwsCaller } from './aws-request.ts';
import { unreadable } from './judge-answer.ts';

const Answer = z.object({ Parameter: z.object({ Value: z.string() }) });

/** The text of a parameter, decrypted, asked in the region of its ARN. */
export async function getParameter(aws: AwsCaller, parameter: string, signal: AbortSignal): Promise<string> {
  const asked = { service: 'ssm', action: 'GetParameter' } as const;
  const request = { ...asked, region: regionOfArn(parameter), input: { Name: parameter, WithDecryption: true } };
  const answer = Answer.safeParse(await awsJsonCall(aws, request, signal));
  if (!answer.success) throw unreadable(asked, answer.error);
  return answer.data.Parameter.Value;
}
