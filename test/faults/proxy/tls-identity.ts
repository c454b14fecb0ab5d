import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a server on loopback shows, and the authority that a client must trust to believe it. All of it PEM. */
export type TlsIdentity = { readonly key: string; readonly cert: string; readonly ca: string };

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

/**
 * A certificate authority that nobody else has, and a certificate of it for 127.0.0.1. Two that are made under one name
 * differ by their keys alone, as those of a cluster do whose authority was renewed.
 */
export async function makeTlsIdentity(authority: string): Promise<TlsIdentity> {
  const dir = await mkdtemp(join(tmpdir(), 'weightless-faults-tls-'));
  const file = (name: string) => join(dir, name);
  try {
    const ca = ['-keyout', file('ca.key'), '-out', file('ca.crt')];
    await run('openssl', ['req', '-x509', ...NEW_KEY, '-subj', `/CN=${authority}`, ...ca]);
    const signed = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-keyout', file('key'), '-out', file('crt')];
    const named = ['-subj', '/CN=kube-apiserver', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const leaf = ['-addext', 'basicConstraints=CA:FALSE'];
    await run('openssl', ['req', '-x509', ...NEW_KEY, ...named, ...leaf, ...signed]);
    const [key, cert, authorityCert] = await Promise.all(
      ['key', 'crt', 'ca.crt'].map((name) => readFile(file(name), 'utf8')),
    );
    return { key: key ?? '', cert: cert ?? '', ca: authorityCert ?? '' };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
