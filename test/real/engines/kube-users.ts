import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** admin may do everything, the others nothing until a test binds them to a role; `member` is in the group `weightless`. */
export const standingTokens =
  'admin-token=admin:system:masters,weightless-token=weightless,member-token=member:weightless,nobody-token=nobody';

export type StandingUser = 'admin' | 'weightless' | 'member' | 'nobody';

/** By user name; the standing ones are always there. */
export type ByUser = Record<StandingUser, string> & Record<string, string>;

type TokenUser = { token: string; user: string; groups: string[] };

/** Reads a comma list of TOKEN=USER[:GROUP[+GROUP…]]; a group may hold colons. */
export function parseTokens(list: string): TokenUser[] {
  return list
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const match = /^([^=]+)=([^:]+)(?::(.+))?$/.exec(entry);
      const [, token, user, groups] = match ?? [];
      if (token === undefined || user === undefined) {
        throw new Error(`"${entry}" names no token and user: write TOKEN=USER or TOKEN=USER:GROUP+GROUP.`);
      }
      return { token, user, groups: groups?.split('+') ?? [] };
    });
}

/** The file for --token-auth-file: a fourth column with commas holds the groups. */
export async function writeTokenFile(path: string, users: TokenUser[]): Promise<void> {
  const rows = users.map(({ token, user, groups }) => `${token},${user},${user},"${groups.join(',')}"`);
  await writeFile(path, `${rows.join('\n')}\n`, { mode: 0o600 });
}

/** One kubeconfig for each user, as people have them: CA and token inside. */
export async function writeKubeconfigs(
  dir: string,
  users: TokenUser[],
  cluster: { url: string; ca: string },
): Promise<ByUser> {
  await mkdir(dir);
  const paths = await Promise.all(
    users.map(async ({ user, token }) => {
      const path = join(dir, `${user.replaceAll(':', '_')}.kubeconfig`);
      await writeFile(path, JSON.stringify(kubeconfig(user, token, cluster), null, 2), { mode: 0o600 });
      return [user, path] as const;
    }),
  );
  return byUser(paths);
}

/** The standing users are in every list, so that a missing one is a mistake here and not in a test. */
export function byUser(entries: (readonly [user: string, value: string])[]): ByUser {
  const values = new Map(entries);
  const standing = (user: StandingUser) => {
    const value = values.get(user);
    if (value === undefined) throw new Error(`the standing user ${user} has no entry`);
    return value;
  };
  return {
    ...Object.fromEntries(values),
    admin: standing('admin'),
    weightless: standing('weightless'),
    member: standing('member'),
    nobody: standing('nobody'),
  };
}

function kubeconfig(user: string, token: string, { url, ca }: { url: string; ca: string }) {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
  };
}
