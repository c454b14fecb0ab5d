import type { Clock } from '#shared/ports/clock.ts';
import type { AwsCredentialSource, AwsCredentials } from './aws-credentials.ts';
import { AwsFault } from './aws-fault.ts';
import type { AwsCaller } from './aws-request.ts';
import { elementOf, unreadable } from './judge-answer.ts';
import { sharedValue } from './shared-value.ts';

/** As it is seen in CloudTrail. */
const SESSION_NAME = 'weightless';
const RENEW_BEFORE_MS = 5 * 60_000;

/** Keys that expire so soon are of no use to anybody. */
const SPARE_MS = 60_000;

/**
 * The keys of a role, asked of STS in the function's own region, and renewed five minutes before they expire; while STS
 * does not answer, the old ones serve to their end.
 */
export function assumeRole(aws: AwsCaller, roleArn: string, clock: Clock): AwsCredentialSource {
  let last: TemporaryCredentials | undefined;
  const keys = sharedValue<TemporaryCredentials>({
    clock,
    freshUntil: ({ expiresAt }) => expiresAt - RENEW_BEFORE_MS,
    async load(signal) {
      try {
        last = await callAssumeRole(aws, roleArn, signal);
        return last;
      } catch (fault) {
        const old = last;
        const canWait = fault instanceof AwsFault && fault.retryable;
        if (!(canWait && old && old.expiresAt - SPARE_MS > clock.now())) throw fault;
        return old;
      }
    },
  });
  return {
    get: keys.get,
    reload() {
      last = undefined;
      keys.drop();
    },
  };
}

/** Form in, XML out: JSON is not documented for STS. */
async function callAssumeRole(aws: AwsCaller, roleArn: string, signal: AbortSignal): Promise<TemporaryCredentials> {
  const asked = { service: 'sts', action: 'AssumeRole' } as const;
  const body = new URLSearchParams({
    Action: asked.action,
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: SESSION_NAME,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const keys = parseKeys(await aws.call({ ...asked, headers, body: body.toString() }, signal));
  if (!keys) throw unreadable(asked);
  return keys;
}

type TemporaryCredentials = AwsCredentials & { readonly expiresAt: number };

function parseKeys(xml: string): TemporaryCredentials | undefined {
  const accessKeyId = elementOf(xml, 'AccessKeyId');
  const secretAccessKey = elementOf(xml, 'SecretAccessKey');
  const sessionToken = elementOf(xml, 'SessionToken');
  const expiresAt = Date.parse(elementOf(xml, 'Expiration') ?? '');
  const whole = accessKeyId && secretAccessKey && sessionToken && Number.isFinite(expiresAt);
  return whole ? { accessKeyId, secretAccessKey, sessionToken, expiresAt } : undefined;
}
