import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { callKube } from '#test/real/engines/call-kube.ts';
import { createThere } from '#test/real/engines/kube-admission.ts';
import { startKubeWebhook } from '#test/real/engines/kube-webhook.ts';
import { type Fault, kubernetesError, type Match, requests, resetsAfterSending } from './proxy/faults.ts';
import { makeTlsIdentity } from './proxy/tls-identity.ts';
import { expectRollback } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type FaultWorld, openWorld } from './world/fault-world.ts';
import type { FunctionProcess } from './world/function-process.ts';
import { insist } from './world/insist.ts';
import { tally } from './world/tally.ts';
import { until } from './world/until.ts';

const stage = await openFaultStage();
const server = inject('kubeApiserver');
const send = (call: Parameters<typeof callKube>[1]) => callKube({ ...server, token: server.tokens.admin }, call);
const LIST = requests('GET', '/virtualservices?labelSelector=');
const PATCH = requests('PATCH', '/virtualservices/');

describe('credentials that expire', () => {
  const row = tally('API server: expired token, rotated or not');
  const old: Match = ({ authorization }) => authorization === `Bearer ${server.tokens.member}`;

  test.concurrent.for([
    { when: 'before the LIST', match: LIST },
    { when: 'between LIST and patch', match: PATCH },
  ])('$when are read again, where the new ones are there', async ({ match }, context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const rollback = await world.start();
      // It connects while it starts: from here on it holds the token that it has read.
      await until('the old token is in use', () => world.kube.noted.length > 0);
      world.kube.inject((asked) => match(asked) && old(asked), kubernetesError(401, 'Unauthorized'));
      await writeFile(world.tokenFile, server.tokens.admin);

      const delivered = await world.deliver(rollback);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectRollback(world, row);
    });
  });

  test.concurrent('that the API server itself refuses are read again at once', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      await writeFile(world.tokenFile, 'expired-token');
      const rollback = await world.start();
      const rotates: Fault = async (exchange) => {
        const refused = await exchange.forward();
        await writeFile(world.tokenFile, server.tokens.member);
        await exchange.relay(refused);
      };
      world.kube.inject(LIST, rotates, 1);

      const delivered = await world.deliver(rollback);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      expect(world.kube.noted.filter(LIST).map(({ status }) => status)).toEqual([401, 200]);
      await expectRollback(world, row);
    });
  });

  test.concurrent.for([
    { what: 'an expired token', written: 'expired-token' },
    { what: 'an empty file', written: '' },
  ])(
    'and are not renewed ($what): pending, and the same instance rolls back once they are',
    async ({ written }, context) => {
      await row.hold(async () => {
        const world = await openWorld(stage, context.onTestFinished);
        await writeFile(world.tokenFile, written);
        const rollback = await world.start();

        const first = await world.deliver(rollback);
        await writeFile(world.tokenFile, server.tokens.member);
        const second = await insist(world, rollback);

        expect(first).toMatchObject({ status: 503, results: [{ outcome: 'pending', reason: 'cluster-unauthorized' }] });
        expect(second).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
        await expectRollback(world, row);
      });
    },
  );
});

describe('a certificate authority that changed', () => {
  const row = tally('API server: its certificate authority changed');
  /** What the settings say is of the deployment: a new one brings new instances. */
  async function redeployed(world: FaultWorld, ca: string): Promise<FunctionProcess> {
    const settings = JSON.parse(world.env()['WEIGHTLESS_SETTINGS'] ?? '');
    settings.clusters[0].ca = ca;
    return world.start('rollback', { WEIGHTLESS_SETTINGS: JSON.stringify(settings) });
  }

  test.concurrent.for([
    { what: 'under the same name', authority: 'kubernetes', when: 'before' },
    { what: 'under another name', authority: 'another-authority', when: 'before' },
    { what: 'under the same name', authority: 'kubernetes', when: 'between LIST and patch of' },
    { what: 'under another name', authority: 'another-authority', when: 'between LIST and patch of' },
  ])(
    '$what $when a rollback: pending, said why, and rolled back with the new one',
    async ({ authority, when }, context) => {
      await row.hold(async () => {
        const world = await openWorld(stage, context.onTestFinished);
        const rollback = await world.start();
        const identity = await makeTlsIdentity(authority);
        if (when === 'before') world.kube.identify(identity);
        const changes: Fault = async (exchange) => {
          await exchange.relay(await exchange.forward());
          world.kube.identify(identity);
        };
        if (when !== 'before') world.kube.inject(LIST, changes, 1);

        const first = await world.deliver(rollback);
        const second = await insist(world, await redeployed(world, identity.ca));

        expect(first).toMatchObject({
          status: 503,
          results: [
            { outcome: 'pending', reason: 'cluster-unreachable', message: expect.stringMatching(/certificate|issuer/) },
          ],
        });
        expect(second).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
        await expectRollback(world, row);
      });
    },
  );
});

describe('an admission webhook of the cluster', () => {
  const row = tally('API server: a slow admission webhook');

  /** Asked about updates in the world's namespace; takes this long from now on. */
  async function slowWebhook(world: FaultWorld, onEnd: (step: () => Promise<void>) => void) {
    let ms = 0;
    const webhook = await startKubeWebhook(server, async () => {
      await sleep(ms);
      return { allowed: true };
    });
    onEnd(webhook.close);
    const rule = { apiGroups: ['networking.istio.io'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['*'] };
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const undo = await createThere(send, path, {
      metadata: { name: world.namespace },
      webhooks: [
        {
          name: 'slow.example.test',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          timeoutSeconds: 10,
          clientConfig: webhook.clientConfig,
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } },
          rules: [rule],
        },
      ],
    });
    onEnd(undo);
    while (webhook.asked() === 0) {
      await world.merge({ metadata: { labels: { written: `at-${performance.now()}` } } });
      await sleep(20);
    }
    return (next: number) => {
      ms = next;
    };
  }

  test.concurrent('that takes a second is waited for', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const takes = await slowWebhook(world, context.onTestFinished);
      const rollback = await world.start();
      takes(1000);

      const delivered = await world.deliver(rollback);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectRollback(world, row);
    });
  });

  test.concurrent('that takes longer than a call may leaves it to the retry', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const takes = await slowWebhook(world, context.onTestFinished);
      const rollback = await world.start();
      takes(2500);

      const first = await world.deliver(rollback);
      takes(0);
      const second = await insist(world, rollback);

      expect(first).toMatchObject({ status: 503, results: [{ outcome: 'pending', reason: 'cluster-unreachable' }] });
      expect(second).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectRollback(world, row);
    });
  });

  test.concurrent('that is slow once is asked again', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const takes = await slowWebhook(world, context.onTestFinished);
      const rollback = await world.start();
      takes(2500);
      world.kube.inject(
        PATCH,
        async (exchange) => {
          setTimeout(() => takes(0), 1000);
          await exchange.relay(await exchange.forward());
        },
        1,
      );

      const delivered = await world.deliver(rollback);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectRollback(world, row);
    });
  });

  test.concurrent('that is slow, and an answer that is lost: the journal’s time is that of the stamp', async (context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const takes = await slowWebhook(world, context.onTestFinished);
      const rollback = await world.start();
      takes(1700);
      world.kube.inject(PATCH, resetsAfterSending, 1);

      const delivered = await insist(world, rollback);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectRollback(world, row);
    });
  });
});
