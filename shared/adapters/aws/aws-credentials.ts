import { AwsFault } from './aws-fault.ts';

/** The keys that a request is signed with. */
export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Epoch ms; absent where we are not told. */
  readonly expiresAt?: number | undefined;
};

/** Where keys come from. Throws AwsFault. */
export type AwsCredentialSource = {
  get(signal: AbortSignal): Promise<AwsCredentials>;
  /** Forgets what is cached. */
  reload(): void;
};

/** The function's own role: Lambda puts its keys into the environment, and ends the process before they expire. */
export function environmentCredentials(environment: Readonly<Record<string, string | undefined>>): AwsCredentialSource {
  return {
    async get() {
      const {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      } = environment;
      if (accessKeyId && secretAccessKey)
        return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
      throw new AwsFault(
        'There are no AWS credentials here: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (Lambda always does)',
        { retryable: false },
      );
    },
    reload: () => undefined,
  };
}
