import { createHash, randomBytes } from 'node:crypto';
import type { TokenSettings } from '#shared/contracts/settings.ts';

/** By which whoever finds one, or a scanner of secrets, knows what it is. */
const TOKEN_PREFIX = 'wl_';

/** A token of 256 random bits, in letters that a URL and a shell take as they are, and its entry in the settings. */
export function newToken(about: Pick<TokenSettings, 'name' | 'scope' | 'expiresAt'>): {
  readonly token: string;
  readonly entry: TokenSettings;
} {
  const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
  const { name, scope, expiresAt } = about;
  const sha256 = createHash('sha256').update(token).digest('hex');
  return { token, entry: { name, sha256, scope, ...(expiresAt === undefined ? {} : { expiresAt }) } };
}
