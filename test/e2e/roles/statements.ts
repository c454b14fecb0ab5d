import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Stack } from '../stack.ts';
import { type FunctionVerb, functionName } from '../world.ts';

const Statement = z.looseObject({ Sid: z.string(), Action: z.union([z.string(), z.array(z.string())]) });
const Policy = z.looseObject({ Statement: z.array(Statement) });
type Policy = z.infer<typeof Policy>;

/** One action that one statement of a role allows; `sid` names a policy first that other roles have, too. */
export type Right = { readonly sid: string; readonly action: string };

export const VERBS: readonly FunctionVerb[] = ['rollback', 'report', 'operate', 'publish', 'guard', 'notify'];

/** Every right of a function's role, with the policy that it is in. */
export async function rightsOf(stack: Stack, verb: FunctionVerb): Promise<(Right & { policy: string })[]> {
  const { PolicyNames = [] } = await stack.aws.iam.send(new ListRolePoliciesCommand({ RoleName: roleOf(stack, verb) }));
  const found: (Right & { policy: string })[] = [];
  for (const policy of PolicyNames) {
    for (const statement of (await read(stack, verb, policy)).Statement) {
      const sid = nameOf(verb, policy, statement);
      found.push(...actionsOf(statement).map((action) => ({ sid, action, policy })));
    }
  }
  return found;
}

/** Takes a right out of the role, and starts the function anew; what is returned puts it back. */
export async function without(stack: Stack, verb: FunctionVerb, right: Right): Promise<() => Promise<void>> {
  const { sid, action } = right;
  const policy = (await rightsOf(stack, verb)).find((one) => one.sid === sid && one.action === action)?.policy;
  if (policy === undefined) throw new Error(`The role of ${verb} has no statement ${sid} with ${action}`);
  const whole = await read(stack, verb, policy);
  const rest = whole.Statement.flatMap((statement) => {
    const Action = actionsOf(statement).filter((one) => nameOf(verb, policy, statement) !== sid || one !== action);
    return Action.length > 0 ? [{ ...statement, Action }] : [];
  });
  await write(stack, verb, policy, { ...whole, Statement: rest });
  await startAnew(stack, verb);
  return async () => {
    await write(stack, verb, policy, whole);
    await startAnew(stack, verb);
  };
}

function nameOf(verb: FunctionVerb, policy: string, { Sid }: z.infer<typeof Statement>): string {
  return policy === verb ? Sid : `${policy} ${Sid}`;
}

function actionsOf({ Action }: z.infer<typeof Statement>): string[] {
  return typeof Action === 'string' ? [Action] : Action;
}

/** Settings and secrets are kept for a minute: what a function may not read, it may still remember. */
async function startAnew({ aws }: Stack, verb: FunctionVerb): Promise<void> {
  const FunctionName = functionName(verb);
  const { Timeout } = await aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  // The emulator begins anew where something is set that a running instance depends on, be it to the same.
  await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout }));
}

async function read(stack: Stack, verb: FunctionVerb, policy: string): Promise<Policy> {
  const { PolicyDocument = '' } = await stack.aws.iam.send(
    new GetRolePolicyCommand({ RoleName: roleOf(stack, verb), PolicyName: policy }),
  );
  return Policy.parse(JSON.parse(decodeURIComponent(PolicyDocument)));
}

/** A policy without a statement is none. */
async function write(stack: Stack, verb: FunctionVerb, policy: string, document: Policy): Promise<void> {
  const name = { RoleName: roleOf(stack, verb), PolicyName: policy };
  await (document.Statement.length === 0
    ? stack.aws.iam.send(new DeleteRolePolicyCommand(name))
    : stack.aws.iam.send(new PutRolePolicyCommand({ ...name, PolicyDocument: JSON.stringify(document) })));
}

function roleOf({ world }: Stack, verb: FunctionVerb): string {
  const output = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}RoleArn`;
  return world.outputs[output]?.split('/').at(-1) ?? '';
}
