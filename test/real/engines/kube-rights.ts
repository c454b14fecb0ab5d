import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { callKube } from './call-kube.ts';
import type { ByUser } from './kube-users.ts';

type Server = { readonly url: string; readonly ca: string; readonly tokens: ByUser };
type Account = { readonly name: string; readonly namespace: string };

const TokenAnswer = z.object({ status: z.object({ token: z.string() }) });
const RulesAnswer = z.object({
  status: z.object({
    resourceRules: z.array(
      z.object({ verbs: z.array(z.string()), apiGroups: z.array(z.string()), resources: z.array(z.string()) }),
    ),
  }),
});
const allowedWithinMs = 30_000;

/** A token of a service account, of Weightless' own unless said, as `kubectl create token` gets it. */
export async function serviceAccountToken(
  server: Server,
  { name, namespace }: Account = { name: 'weightless', namespace: 'weightless' },
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await callKube(
    { ...server, token: server.tokens.admin },
    { method: 'POST', path, body: { spec: { expirationSeconds: 3600 } } },
  );
  return TokenAnswer.parse(JSON.parse(answer.text)).status.token;
}

/** Every right that a token has in a namespace and that not everybody has, as "verb group/resource". */
export async function rightsOf(server: Server, token: string, namespace = 'default'): Promise<Set<string>> {
  const [everybody, own] = [
    await allRights(server, server.tokens.nobody, namespace),
    await allRights(server, token, namespace),
  ];
  return new Set([...own].filter((right) => !everybody.has(right)));
}

async function allRights(server: Server, token: string, namespace: string): Promise<Set<string>> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
  const answer = await callKube({ ...server, token }, { method: 'POST', path, body: { spec: { namespace } } });
  const { resourceRules } = RulesAnswer.parse(JSON.parse(answer.text)).status;
  return new Set(resourceRules.flatMap(rightsIn));
}

type Rule = {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
};

/** The rights of one rule, each as "verb group/resource". */
export function rightsIn({ verbs, apiGroups, resources }: Rule): string[] {
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) => resources.map((resource) => `${verb} ${group || 'core'}/${resource}`)),
  );
}

/** The API server takes up a new role after a moment. */
export async function untilRights(server: Server, token: string, count: number, namespace?: string): Promise<void> {
  const deadline = Date.now() + allowedWithinMs;
  while ((await rightsOf(server, token, namespace)).size !== count) {
    if (Date.now() > deadline) throw new Error(`RBAC did not give ${count} rights within ${allowedWithinMs / 1000} s.`);
    await sleep(20);
  }
}
