import type { AwsCredentialSource, AwsCredentials } from '#shared/adapters/aws/aws-credentials.ts';
import { regionalEndpoint } from '#shared/adapters/aws/aws-endpoint.ts';
import { AwsFault } from '#shared/adapters/aws/aws-fault.ts';
import { presignUrl } from '#shared/adapters/aws/presign-url.ts';
import { sharedValue } from '#shared/adapters/aws/shared-value.ts';
import type { EksSettings } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { type Credentials, CredentialsError } from './api-client.ts';

export type EksCredentialsOptions = {
  /** Whose token it is: the function's own keys, or those of the cluster's role. */
  readonly keys: AwsCredentialSource;
  readonly clock: Clock;
};

/** EKS takes a token for 15 minutes after its date; a minute of it is for clocks that differ, one for the call. */
const FRESH_FOR_MS = 13 * 60_000;
/** Keys that expire so soon make no token to keep. */
const SPARE_MS = 60_000;

/** Amazon EKS: the token is a presigned question to STS who we are, which EKS asks in our name. Made without a call. */
export function eksCredentials(eks: EksSettings, { keys, clock }: EksCredentialsOptions): Credentials {
  const token = sharedValue({
    clock,
    async load(signal) {
      const credentials = await keys.get(signal);
      const at = clock.now();
      const keysEnd = (credentials.expiresAt ?? Number.POSITIVE_INFINITY) - SPARE_MS;
      return { text: eksToken(eks, credentials, at), until: Math.min(at + FRESH_FOR_MS, keysEnd) };
    },
    freshUntil: ({ until }) => until,
  });

  return {
    async headers(signal) {
      try {
        return { authorization: `Bearer ${(await token.get(signal)).text}` };
      } catch (cause) {
        throw errorOf(eks, cause);
      }
    },
    reload() {
      token.drop();
      keys.reload();
    },
  };
}

/** `k8s-aws-v1.` and the presigned URL. The 60 seconds are what EKS expects; how long the token is taken is its own. */
function eksToken({ cluster, region }: EksSettings, credentials: AwsCredentials, at: number): string {
  const url = regionalEndpoint('sts', region);
  url.searchParams.set('Action', 'GetCallerIdentity');
  url.searchParams.set('Version', '2011-06-15');
  const presigned = presignUrl(
    { url, headers: { 'x-k8s-aws-id': cluster }, expiresInSeconds: 60 },
    { credentials, region, service: 'sts', at },
  );
  return `k8s-aws-v1.${Buffer.from(presigned).toString('base64url')}`;
}

function errorOf({ cluster, roleArn }: EksSettings, cause: unknown): CredentialsError {
  const place = `The token for the EKS cluster ${cluster} cannot be made`;
  if (!(cause instanceof AwsFault)) return new CredentialsError(`${place} in the time for it`, { cause });
  const hint =
    cause.code === 'AccessDenied'
      ? `; let the function's role assume ${roleArn}, and let that role's trust policy name it`
      : '';
  return new CredentialsError(`${place}: ${cause.message}${hint}`, { cause });
}
