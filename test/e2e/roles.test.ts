import { beforeAll, describe, expect, inject, test } from 'vitest';
import { logsOf } from './function-logs.ts';
import { type BusListener, listenToBus } from './listen-to-bus.ts';
import {
  type Effect,
  eventually,
  isMadeFromJournal,
  isMarkedSent,
  isOnTheBus,
  isSentAgain,
  isTold,
  openReport,
  poisonIsKept,
  readsSettings,
  rolledBack,
  rollsBack,
  runGuard,
  showsReport,
} from './roles/effects.ts';
import { statementsOf, VERBS, without } from './roles/statements.ts';
import { stackOf } from './stack.ts';
import { type FunctionVerb, functionName } from './world.ts';

type Row = readonly [verb: FunctionVerb, sid: string, action: string, effect: Effect];

/** What each statement of each role is for: without it, this does not come to pass. */
const NEEDED: readonly Row[] = [
  ['rollback', 'Records', 'dynamodb:', rollsBack('first')],
  ['rollback', 'Settings', 'ssm:GetParametersByPath', readsSettings('rollback', rolledBack)],
  ['rollback', 'ReadSecrets', 'secretsmanager:GetSecretValue', rollsBack('first')],
  ['rollback', 'ReadParameters', 'ssm:GetParameter', rollsBack('second')],
  ['report', 'LastRollbacks', 'dynamodb:Query', showsReport],
  ['report', 'Settings', 'ssm:GetParametersByPath', readsSettings('report', openReport)],
  ['publish', 'MarkSent', 'dynamodb:UpdateItem', isMarkedSent],
  ['publish', 'Events', 'events:PutEvents', isOnTheBus],
  ['publish', 'DeadLetters', 'sqs:SendMessage', poisonIsKept],
  ['guard', 'Records', 'dynamodb:', isMadeFromJournal('first')],
  ['guard', 'Unfinished', 'dynamodb:Query', isSentAgain('bus')],
  ['guard', 'MarkSent', 'dynamodb:UpdateItem', isSentAgain('mark')],
  ['guard', 'Events', 'events:PutEvents', isSentAgain('bus')],
  ['guard', 'Settings', 'ssm:GetParametersByPath', readsSettings('guard', runGuard)],
  ['guard', 'ReadSecrets', 'secretsmanager:GetSecretValue', isMadeFromJournal('first')],
  ['guard', 'ReadParameters', 'ssm:GetParameter', isMadeFromJournal('second')],
  ['notify', 'Settings', 'ssm:GetParametersByPath', readsSettings('notify', rolledBack)],
  ['notify', 'ReadSecrets', 'secretsmanager:GetSecretValue', isTold],
];

/** What Lambda itself does in a function's name; the emulator does it without asking the role. */
const NOT_ASKED_BY_THE_EMULATOR = [
  ...VERBS.map((verb) => `${verb} Logs`),
  'publish Stream',
  'rollback DeadLetters',
  'guard DeadLetters',
  'notify Queue',
];

const stack = stackOf(inject('world'));
let bus: BusListener;
beforeAll(async () => {
  bus = await listenToBus(stack, 'roles');
});

describe('the role of each function', () => {
  test('has no statement that is not in the table here', async () => {
    const found: string[] = [];
    for (const verb of VERBS) found.push(...(await statementsOf(stack, verb)).map(({ sid }) => `${verb} ${sid}`));

    const table = [...NEEDED.map(([verb, sid]) => `${verb} ${sid}`), ...NOT_ASKED_BY_THE_EMULATOR];
    expect(found).toHaveLength(table.length);
    expect(new Set(found)).toEqual(new Set(table));
  });

  test('is enough', async () => {
    const since = Date.now();

    for (const [verb, sid, , effect] of NEEDED) {
      const holds = await effect({ stack, bus });
      expect(await eventually(holds), `${verb} with ${sid}`).toBe(true);
    }

    const logs = await Promise.all(VERBS.map((verb) => logsOf(stack.world.env, functionName(verb), since)));
    expect(logs.join('\n')).not.toContain('not authorized to perform');
  });

  test.each(NEEDED)('of %s is not enough without %s', async (verb, sid, action, effect) => {
    const since = Date.now();
    const restore = await without(stack, verb, sid);

    let happened = false;
    const wasRefused = async () => {
      const logs = await logsOf(stack.world.env, functionName(verb), since);
      return logs.includes(`not authorized to perform: ${action}`);
    };
    const seen = await effect({ stack, bus })
      .then((holds) =>
        eventually(async () => {
          happened = await holds();
          return happened || (await wasRefused());
        }),
      )
      .finally(restore);

    expect({ seen, happened }).toEqual({ seen: true, happened: false });
  });
});
