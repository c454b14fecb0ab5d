import type { AwsCredentialSource } from './aws-credentials.ts';
import type { AwsService } from './aws-endpoint.ts';

/** One action of one service: a POST, signed. */
export type AwsRequest = {
  readonly service: AwsService;
  readonly action: string;
  /** The names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The function's own where absent. */
  readonly region?: string | undefined;
};

/** The few calls for which no client of the AWS SDK is loaded (docs/adr/0006). Throws AwsFault. */
export type AwsCaller = {
  /** The text of the answer. */
  call(request: AwsRequest, signal: AbortSignal): Promise<string>;
  /** The function's own, with which it signs. */
  readonly credentials: AwsCredentialSource;
  close(): void;
};
