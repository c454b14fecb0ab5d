import { X509Certificate } from 'node:crypto';
import type { SettingsProblem } from '#shared/contracts/settings.ts';
import { wordsOf } from '../words-of.ts';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Certificates that TLS could not use are found here and not in the first incident. */
export function examineCa(
  path: string,
  ca: string | undefined,
  now: number,
): { readonly problems: readonly SettingsProblem[]; readonly warnings: readonly string[] } {
  if (ca === undefined) return { problems: [], warnings: [] };
  try {
    const certificates = (ca.match(PEM) ?? []).map((pem) => new X509Certificate(pem));
    if (certificates.length === 0) return broken(path, 'it has no end');
    const expired = certificates.filter(({ validTo }) => Date.parse(validTo) <= now);
    return {
      problems: [],
      warnings: expired.map(
        ({ subject, validTo }) => `${path}: ${subject.replaceAll('\n', ', ')} expired on ${validTo}`,
      ),
    };
  } catch (error) {
    return broken(path, wordsOf(error));
  }
}

function broken(path: string, words: string) {
  return { problems: [{ path, message: `the certificate cannot be read: ${words}` }], warnings: [] };
}
