import { GetRolePolicyCommand, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Stack } from '../stack.ts';
import { type FunctionVerb, functionName } from '../world.ts';

const Policy = z.looseObject({ Statement: z.array(z.looseObject({ Sid: z.string() })) });
type Policy = z.infer<typeof Policy>;

export const VERBS: readonly FunctionVerb[] = ['rollback', 'report', 'publish', 'guard', 'notify'];

/** `Sid` of every statement in the role of a function, with the policy that it is in. */
export async function statementsOf(stack: Stack, verb: FunctionVerb): Promise<{ sid: string; policy: string }[]> {
  const { PolicyNames = [] } = await stack.aws.iam.send(new ListRolePoliciesCommand({ RoleName: roleOf(stack, verb) }));
  const found: { sid: string; policy: string }[] = [];
  for (const policy of PolicyNames) {
    const { Statement } = await read(stack, verb, policy);
    found.push(...Statement.map(({ Sid }) => ({ sid: Sid, policy })));
  }
  return found;
}

/** Takes a statement out of the role, and starts the function anew; what is returned puts it back. */
export async function without(stack: Stack, verb: FunctionVerb, sid: string): Promise<() => Promise<void>> {
  const policy = (await statementsOf(stack, verb)).find((one) => one.sid === sid)?.policy;
  if (policy === undefined) throw new Error(`The role of ${verb} has no statement ${sid}`);
  const whole = await read(stack, verb, policy);
  await write(stack, verb, policy, { ...whole, Statement: whole.Statement.filter(({ Sid }) => Sid !== sid) });
  await startAnew(stack, verb);
  return async () => {
    await write(stack, verb, policy, whole);
    await startAnew(stack, verb);
  };
}

/** Settings and secrets are kept for a minute: what a function may not read, it may still remember. */
async function startAnew({ aws }: Stack, verb: FunctionVerb): Promise<void> {
  const Description = `since ${new Date().toISOString()}`;
  await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: functionName(verb), Description }));
}

async function read(stack: Stack, verb: FunctionVerb, policy: string): Promise<Policy> {
  const { PolicyDocument = '' } = await stack.aws.iam.send(
    new GetRolePolicyCommand({ RoleName: roleOf(stack, verb), PolicyName: policy }),
  );
  return Policy.parse(JSON.parse(decodeURIComponent(PolicyDocument)));
}

async function write(stack: Stack, verb: FunctionVerb, policy: string, document: Policy): Promise<void> {
  await stack.aws.iam.send(
    new PutRolePolicyCommand({
      RoleName: roleOf(stack, verb),
      PolicyName: policy,
      PolicyDocument: JSON.stringify(document),
    }),
  );
}

function roleOf({ world }: Stack, verb: FunctionVerb): string {
  const output = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}RoleArn`;
  return world.outputs[output]?.split('/').at(-1) ?? '';
}
