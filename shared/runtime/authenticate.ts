import { createHash, timingSafeEqual } from 'node:crypto';
import type { TokenSettings } from '#shared/contracts/settings.ts';

export type Caller =
  | { readonly kind: 'known'; readonly name: string }
  /** Nothing that settings could ever know. */
  | { readonly kind: 'no-token' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'out-of-scope'; readonly name: string };

/**
 * Who sends a request, by the digest of its token: Bearer, or the password of Basic, so that a browser can ask for it.
 * Every named token is compared, each in constant time, so that the time taken tells nothing.
 */
export function authenticate(
  header: string | undefined,
  tokens: readonly TokenSettings[],
  scopes: readonly TokenSettings['scope'][],
  now: number,
): Caller {
  const token = tokenOf(header);
  if (token === '') return { kind: 'no-token' };
  const digest = createHash('sha256').update(token).digest();
  let match: TokenSettings | undefined;
  for (const named of tokens) {
    const equal = timingSafeEqual(digest, Buffer.from(named.sha256, 'hex'));
    if (equal && !isExpired(named, now)) match = named;
  }
  if (!match) return { kind: 'unknown' };
  return { kind: scopes.includes(match.scope) ? 'known' : 'out-of-scope', name: match.name };
}

function isExpired({ expiresAt }: TokenSettings, now: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= now;
}

function tokenOf(header = ''): string {
  const [, scheme = '', value = ''] = /^(\S+)\s+(.+)$/.exec(header.trim()) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}
