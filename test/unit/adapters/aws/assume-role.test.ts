import { describe, expect, it } from 'vitest';
import { assumeRole } from '#shared/adapters/aws/assume-role.ts';
import { AwsFault } from '#shared/adapters/aws/aws-fault.ts';
import { roleCredentials } from '#shared/adapters/aws/role-credentials.ts';
import { assumedRole } from '#test/doubles/aws-server.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { FUNCTION_KEYS, scriptedAws } from '#test/doubles/scripted-aws.ts';

const never = new AbortController().signal;
const ROLE = 'arn:aws:iam::222222222222:role/eks';
const MINUTE = 60_000;

function setUp() {
  const clock = fakeClock(Date.UTC(2026, 10, 21, 9));
  const aws = scriptedAws(() => assumedRole(clock.now() + 60 * MINUTE).body);
  return { aws, clock };
}

function isDown(): never {
  throw new AwsFault('STS did not answer', { retryable: true });
}

describe('the keys of an assumed role', () => {
  it('are asked for once, and renewed five minutes before they expire', async () => {
    const { aws, clock } = setUp();
    const role = assumeRole(aws, ROLE, clock);

    const [first, same] = await Promise.all([role.get(never), role.get(never)]);
    clock.advance(55 * MINUTE - 1);
    const kept = await role.get(never);
    clock.advance(1);
    const renewed = await role.get(never);

    expect(first).toMatchObject({ accessKeyId: 'ASIAROLE', secretAccessKey: 'secret/of+ROLE' });
    expect([same, kept]).toEqual([first, first]);
    expect(renewed.expiresAt).toBe(clock.now() + 60 * MINUTE);
    expect(aws.asked).toHaveLength(2);
  });

  it('are asked for under our name, in the region of the function', async () => {
    const { aws, clock } = setUp();

    await assumeRole(aws, ROLE, clock).get(never);

    const [{ region, body } = {}] = aws.asked;
    expect(region).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      RoleArn: ROLE,
      RoleSessionName: 'weightless',
    });
  });

  it('are asked for again after a failure', async () => {
    const { aws, clock } = setUp();
    const role = assumeRole(aws, ROLE, clock);
    aws.answer(isDown);
    await expect(role.get(never)).rejects.toThrow('STS did not answer');
    aws.answer(() => assumedRole(clock.now() + 60 * MINUTE).body);

    expect(await role.get(never)).toMatchObject({ accessKeyId: 'ASIAROLE' });
  });

  it('serve to a minute before their end while STS does not answer', async () => {
    const { aws, clock } = setUp();
    const role = assumeRole(aws, ROLE, clock);
    const first = await role.get(never);
    aws.answer(isDown);

    clock.advance(59 * MINUTE - 1);
    const old = await role.get(never);
    clock.advance(1);
    const ended = role.get(never);

    expect(old).toEqual(first);
    await expect(ended).rejects.toThrow('STS did not answer');
  });

  it('serve no longer where they were not accepted, although STS does not answer', async () => {
    const { aws, clock } = setUp();
    const role = assumeRole(aws, ROLE, clock);
    await role.get(never);
    aws.answer(isDown);

    role.reload();

    await expect(role.get(never)).rejects.toThrow('STS did not answer');
  });

  it('end where the role is taken from us', async () => {
    const { aws, clock } = setUp();
    const role = assumeRole(aws, ROLE, clock);
    await role.get(never);
    aws.answer(() => {
      throw new AwsFault('AccessDenied', { retryable: false });
    });

    clock.advance(56 * MINUTE);

    await expect(role.get(never)).rejects.toThrow('AccessDenied');
  });

  it.each(['', '{}', '<AssumeRoleResponse><AccessKeyId>A</AccessKeyId></AssumeRoleResponse>'])(
    'are not taken from an answer such as "%s"',
    async (answer) => {
      const { aws, clock } = setUp();
      aws.answer(() => answer);

      const keys = assumeRole(aws, ROLE, clock).get(never);

      await expect(keys).rejects.toMatchObject({
        name: 'AwsFault',
        message: expect.stringContaining('STS answered AssumeRole with something that cannot be read'),
      });
    },
  );

  it('are shared by all who name the role, and the own ones serve who names none', async () => {
    const { aws, clock } = setUp();
    const keysOf = roleCredentials(aws, clock);

    const keys = await Promise.all([ROLE, ROLE, undefined].map((role) => keysOf(role).get(never)));

    expect(keys.map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIAROLE', 'ASIAROLE', FUNCTION_KEYS.accessKeyId]);
    expect(aws.asked).toHaveLength(1);
  });
});
