import type { AwsCredentials } from '#shared/adapters/aws/aws-credentials.ts';
import type { AwsCaller, AwsRequest } from '#shared/adapters/aws/aws-request.ts';

export type ScriptedAws = AwsCaller & {
  readonly asked: readonly AwsRequest[];
  /** How it answers from now on: with the text, or by throwing. */
  answer(next: (request: AwsRequest) => string | Promise<string>): void;
};

export const FUNCTION_KEYS: AwsCredentials = {
  accessKeyId: 'AKIAFUNCTION',
  secretAccessKey: 'secret/of+function',
  sessionToken: 'session/of+function==',
};

/** AWS as the adapters call it, without a network. */
export function scriptedAws(first: (request: AwsRequest) => string | Promise<string>): ScriptedAws {
  const asked: AwsRequest[] = [];
  let give = first;
  return {
    asked,
    async call(request) {
      asked.push(request);
      return give(request);
    },
    answer(next) {
      give = next;
    },
    credentials: { get: async () => FUNCTION_KEYS, reload: () => undefined },
    close: () => undefined,
  };
}
