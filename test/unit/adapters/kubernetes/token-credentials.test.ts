import { describe, expect, it } from 'vitest';
import { awsSecrets } from '#shared/adapters/aws/aws-secrets.ts';
import { tokenCredentials } from '#shared/adapters/kubernetes/token-credentials.ts';
import { SecretFault, type Secrets } from '#shared/ports/secrets.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { scriptedAws } from '#test/doubles/scripted-aws.ts';

const never = new AbortController().signal;
const source = { secret: 'cluster-token' };

describe("a cluster's token from a secret store", () => {
  it('is read once, and anew from the store itself where the cluster does not accept it', async () => {
    const aws = scriptedAws(() => '{"SecretString":"old\\n"}');
    const credentials = tokenCredentials(source, {}, awsSecrets(aws, { clock: fakeClock(0) }));
    const before = [await credentials.headers(never), await credentials.headers(never)];
    aws.answer(() => '{"SecretString":"new"}');

    credentials.reload();
    const after = [await credentials.headers(never), await credentials.headers(never)];

    expect(before).toEqual([{ authorization: 'Bearer old' }, { authorization: 'Bearer old' }]);
    expect(after).toEqual([{ authorization: 'Bearer new' }, { authorization: 'Bearer new' }]);
    expect(aws.asked).toHaveLength(2);
  });

  it('is not kept where it was refused while it was read', async () => {
    const reads: PromiseWithResolvers<string>[] = [];
    const fresh: (boolean | undefined)[] = [];
    const secrets: Secrets = {
      read(_reference, _signal, options) {
        fresh.push(options?.fresh);
        const read = Promise.withResolvers<string>();
        reads.push(read);
        return read.promise;
      },
    };
    const credentials = tokenCredentials(source, {}, secrets);

    const first = credentials.headers(never);
    credentials.reload();
    reads[0]?.resolve('old');
    await first;
    const second = credentials.headers(never);
    reads[1]?.resolve('new');

    expect(await second).toEqual({ authorization: 'Bearer new' });
    expect(fresh).toEqual([false, true]);
  });

  it('is asked for with the time of each who asks', async () => {
    const signals: AbortSignal[] = [];
    const secrets: Secrets = {
      read(_reference, signal) {
        signals.push(signal);
        return Promise.reject(new SecretFault('The secret cluster-token could not be read', { retryable: true }));
      },
    };
    const credentials = tokenCredentials(source, {}, secrets);
    const [one, other] = [new AbortController().signal, new AbortController().signal];

    const outcomes = await Promise.allSettled([credentials.headers(one), credentials.headers(other)]);

    expect(signals).toEqual([one, other]);
    expect(outcomes).toEqual(
      [1, 2].map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({
          name: 'CredentialsError',
          message: "The cluster's token cannot be had. The secret cluster-token could not be read",
        }),
      })),
    );
  });
});
