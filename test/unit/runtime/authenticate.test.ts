import { describe, expect, it } from 'vitest';
import type { TokenSettings } from '#shared/contracts/settings.ts';
import { authenticate } from '#shared/runtime/authenticate.ts';
import { sha256 } from '#test/doubles/rollback-service.ts';

const NOW = Date.UTC(2026, 5, 1);
const tokens: TokenSettings[] = [
  { name: 'old', sha256: sha256('the-token'), scope: 'alerts', expiresAt: '2026-01-01T00:00:00Z' },
  { name: 'current', sha256: sha256('the-token'), scope: 'alerts', expiresAt: '2027-01-01T00:00:00Z' },
  { name: 'next', sha256: sha256('the-next'), scope: 'alerts' },
  { name: 'expired', sha256: sha256('the-expired'), scope: 'alerts', expiresAt: '2026-06-01T00:00:00Z' },
  { name: 'reader', sha256: sha256('the-reader'), scope: 'read' },
  { name: 'colon', sha256: sha256('with:colon'), scope: 'alerts' },
];
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const ask = (header: string | undefined) => authenticate(header, tokens, ['alerts', 'operate'], NOW);

describe('a caller', () => {
  it.each([
    ['Bearer the-token', 'current'],
    ['bearer the-next', 'next'],
    ['  Bearer   the-next  ', 'next'],
    [basic('anybody', 'the-token'), 'current'],
    [basic('', 'the-token'), 'current'],
    [basic('user', 'with:colon'), 'colon'],
  ])('is known by %j', (header, name) => {
    expect(ask(header)).toEqual({ kind: 'known', name });
  });

  it.each([
    'Bearer wrong',
    'Bearer THE-TOKEN',
    'Bearer the-token extra',
    'Bearer the-expired',
    basic('the-token', 'x'),
    `Bearer ${sha256('the-token')}`,
    `Bearer ${'x'.repeat(1_000_000)}`,
    'Bearer \u0000the-token',
    'Bearer the-token\u0000',
  ])('is unknown by %.60j', (header) => {
    expect(ask(header)).toEqual({ kind: 'unknown' });
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'the-token',
    'Digest the-token',
    basic('the-token', ''),
    'Basic !!!',
    'Basic',
    `${'a'.repeat(100_000)} ${' '.repeat(100_000)}`,
  ])('has no token that settings could ever know with %.60j', (header) => {
    expect(ask(header)).toEqual({ kind: 'no-token' });
  });

  it('is told apart from an unknown one where its scope is another', () => {
    expect(ask('Bearer the-reader')).toEqual({ kind: 'out-of-scope', name: 'reader' });
  });

  it('is unknown to settings without tokens', () => {
    expect(authenticate('Bearer x', [], ['alerts'], NOW)).toEqual({ kind: 'unknown' });
  });
});
