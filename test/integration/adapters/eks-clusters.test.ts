import { afterEach, describe, expect, it } from 'vitest';
import { awsCaller } from '#shared/adapters/aws/aws-caller.ts';
import { awsSecrets } from '#shared/adapters/aws/aws-secrets.ts';
import { clusterAccess } from '#shared/adapters/kubernetes/cluster-access.ts';
import { clusterFromSettings } from '#shared/adapters/kubernetes/cluster-from-settings.ts';
import { ClusterSchema } from '#shared/contracts/settings.ts';
import { aVirtualService } from '#test/builders/virtual-service.ts';
import {
  type AskedOfAws,
  type AwsAnswer,
  type AwsServer,
  assumedRole,
  assumeRoleDenied,
  json,
  startAwsServer,
} from '#test/doubles/aws-server.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const never = new AbortController().signal;
const ref = { namespace: 'production', name: 'payment-svc' };
const roleOf = (account: string) => `arn:aws:iam::${account}:role/weightless-eks`;
const [OURS, THEIRS] = ['222222222222', '333333333333'] as const;

function accountOf({ body }: AskedOfAws): string {
  return /::(\d{12}):/.exec(new URLSearchParams(body).get('RoleArn') ?? '')?.[1] ?? '';
}

/** Whose keys signed the token, and for which cluster's name. */
function tokenIn({ headers: { authorization = '' } }: AskedOfAws) {
  const url = new URL(Buffer.from(authorization.replace(/^Bearer k8s-aws-v1\./, ''), 'base64url').toString());
  return `${url.host} ${url.searchParams.get('X-Amz-Credential')?.split('/')[0]}`;
}

describe('EKS clusters in several accounts', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function start(answer: (asked: AskedOfAws, call: number) => AwsAnswer): Promise<AwsServer> {
    const server = await startAwsServer(answer);
    closing.push(() => server.stop());
    return server;
  }

  /** Clusters whose keys come from this STS, as in Lambda. */
  function open(sts: AwsServer, accounts: Readonly<Record<string, AwsServer>>) {
    const environment = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'ASIAFUNCTION',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
      AWS_ENDPOINT_URL_STS: sts.endpoint,
    };
    const clock = fakeClock(Date.UTC(2026, 10, 21, 9));
    const aws = awsCaller({ environment, clock, attemptTimeoutMs: 5000 });
    closing.push(() => aws.close());
    const access = clusterAccess(environment, { aws, secrets: awsSecrets(aws, { clock }), clock });
    return Object.entries(accounts).map(([account, { endpoint }]) => {
      const roleArn = account === 'none' ? undefined : roleOf(account);
      const eks = { cluster: 'prod', region: 'eu-west-1', roleArn };
      const cluster = clusterFromSettings(ClusterSchema.parse({ name: `of-${account}`, endpoint, eks }), access);
      closing.push(() => cluster.client.close());
      return cluster;
    });
  }

  const expires = Date.UTC(2026, 10, 21, 10);
  const served = () => json(aVirtualService());

  it('are each asked with the keys of their role, or the own ones where they name none', async () => {
    const sts = await start((asked) => assumedRole(expires, accountOf(asked)));
    const apis = { [OURS]: await start(served), [THEIRS]: await start(served), none: await start(served) };
    const clusters = open(sts, apis);

    const seen = await Promise.all(clusters.map((cluster) => cluster.virtualServices.get(ref, never)));

    expect(seen.map((object) => object?.metadata.name)).toEqual([ref.name, ref.name, ref.name]);
    expect(Object.values(apis).map(({ asked }) => asked.map(tokenIn))).toEqual([
      [`sts.eu-west-1.amazonaws.com ASIA${OURS}`],
      [`sts.eu-west-1.amazonaws.com ASIA${THEIRS}`],
      ['sts.eu-west-1.amazonaws.com ASIAFUNCTION'],
    ]);
    expect(sts.asked.map(accountOf).sort()).toEqual([OURS, THEIRS]);
  });

  it('fail alone where their role cannot be assumed: the others go on, and it heals without a restart', async () => {
    let mended = false;
    const sts = await start((asked) =>
      accountOf(asked) === THEIRS && !mended ? assumeRoleDenied() : assumedRole(expires, accountOf(asked)),
    );
    const [ourApi, theirApi] = [await start(served), await start(served)];
    const [ours, theirs] = open(sts, { [OURS]: ourApi, [THEIRS]: theirApi });

    const [good, bad] = await Promise.allSettled([
      ours?.virtualServices.get(ref, never),
      theirs?.virtualServices.get(ref, never),
    ]);
    const askedInVain = theirApi.asked.length;
    mended = true;
    const healed = await theirs?.virtualServices.get(ref, never);

    expect(good).toMatchObject({ status: 'fulfilled', value: { metadata: ref } });
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: {
        name: 'ClusterFault',
        kind: 'unauthorized',
        message: expect.stringMatching(
          /^The token for the EKS cluster prod cannot be made: STS answered AssumeRole with AccessDenied: .*let the function's role assume arn:aws:iam::333333333333:role\/weightless-eks/,
        ),
      },
    });
    expect(askedInVain).toBe(0);
    expect(healed?.metadata.name).toBe(ref.name);
  });

  it('are asked again with new keys where they do not accept the token', async () => {
    const sts = await start((_asked, call) => assumedRole(expires, `CALL${call}`));
    const api = await start((_asked, call) => (call === 0 ? json({ kind: 'Status' }, 401) : served()));
    const [cluster] = open(sts, { [OURS]: api });

    const seen = await cluster?.virtualServices.get(ref, never);

    expect(seen?.metadata.name).toBe(ref.name);
    expect(api.asked.map(tokenIn)).toEqual([
      'sts.eu-west-1.amazonaws.com ASIACALL0',
      'sts.eu-west-1.amazonaws.com ASIACALL1',
    ]);
  });
});
