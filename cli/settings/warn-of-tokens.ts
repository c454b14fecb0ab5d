import type { Settings, TokenSettings } from '#shared/contracts/settings.ts';

const SOON_MS = 14 * 86_400_000;

/** What would be found out by a 401. */
export function warnOfTokens({ tokens, sns }: Pick<Settings, 'tokens' | 'sns'>, now: number): string[] {
  const alive = tokens.filter((token) => !isExpired(token, now));
  const maySend = alive.some(({ scope }) => scope === 'alerts' || scope === 'operate');
  const onlySns = sns.topics.length > 0 ? '; alerts can come from SNS only' : '';
  return [
    ...(maySend ? [] : [`no token with the scope alerts is valid: Alertmanager cannot post${onlySns}`]),
    ...tokens.flatMap((token) => warnOfExpiry(token, now)),
    ...warnOfTwins(tokens),
  ];
}

export function isExpired({ expiresAt }: TokenSettings, now: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= now;
}

function warnOfExpiry(token: TokenSettings, now: number): string[] {
  const { name, expiresAt = '' } = token;
  if (isExpired(token, now)) return [`token ${name} has expired (${expiresAt}): remove it`];
  return isExpired(token, now + SOON_MS) ? [`token ${name} expires soon (${expiresAt}): add its successor`] : [];
}

function warnOfTwins(tokens: readonly TokenSettings[]): string[] {
  return [...Map.groupBy(tokens, ({ sha256 }) => sha256).values()]
    .filter((same) => same.length > 1)
    .map((same) => `tokens ${same.map(({ name }) => name).join(', ')} are one and the same; the last one counts`);
}
