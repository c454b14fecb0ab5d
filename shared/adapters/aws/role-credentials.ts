import type { Clock } from '#shared/ports/clock.ts';
import { assumeRole } from './assume-role.ts';
import type { AwsCredentialSource } from './aws-credentials.ts';
import type { AwsCaller } from './aws-request.ts';

/** The keys to act with: of the role, assumed once for all who name it, or the function's own where none is named. */
export type RoleCredentials = (roleArn: string | undefined) => AwsCredentialSource;

export function roleCredentials(aws: AwsCaller, clock: Clock): RoleCredentials {
  const assumed = new Map<string, AwsCredentialSource>();
  return (roleArn) => {
    if (roleArn === undefined) return aws.credentials;
    const source = assumed.get(roleArn) ?? assumeRole(aws, roleArn, clock);
    assumed.set(roleArn, source);
    return source;
  };
}
