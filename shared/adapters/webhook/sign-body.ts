import { createHmac } from 'node:crypto';

/**
 * What a receiver checks: `v1=` and the HMAC-SHA256 of `TIMESTAMP.BODY` in hex. The time is signed with the body, so
 * that what was once sent cannot be sent again later.
 */
export function signBody(
  body: string,
  { timestamp, key }: { readonly timestamp: string; readonly key: string },
): string {
  return `v1=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`;
}
