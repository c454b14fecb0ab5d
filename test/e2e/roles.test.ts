import { DisableRuleCommand, EnableRuleCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { logsOf } from './function-logs.ts';
import { rollBackByHand, rolledBack, tryGuard } from './incidents.ts';
import { type BusListener, listenToBus } from './listen-to-bus.ts';
import { listenToTopic, type TopicListener } from './listen-to-topic.ts';
import {
  closesTheBooks,
  type Effect,
  eventually,
  failsWhatIsLate,
  finishesPending,
  isMadeFromJournal,
  isMailed,
  isMarkedSent,
  isNoted,
  isOnTheBus,
  isSentAgain,
  isTakenOver,
  isTold,
  looksForARollback,
  noEventIsKept,
  openReport,
  poisonIsKept,
  readsSettings,
  rollsBack,
  showsReport,
} from './roles/effects.ts';
import { foldsADay, reasserts, seesNoRequests } from './roles/guard-effects.ts';
import { isAnsweredAgain, releases, restores, rollsBackByHand } from './roles/operate-effects.ts';
import { rightsOf, VERBS, without } from './roles/statements.ts';
import { stackOf } from './stack.ts';
import { type FunctionVerb, functionName } from './world.ts';
import { SECOND_CHANNEL } from './world-settings.ts';

type Row = readonly [verb: FunctionVerb, action: string, sid: string, effect: Effect];

/** What each right of each role is for: without it, this does not come to pass. */
const NEEDED: readonly Row[] = [
  ['rollback', 'dynamodb:BatchGetItem', 'Records', rollsBack('first')],
  ['rollback', 'dynamodb:Query', 'Records', closesTheBooks],
  ['rollback', 'dynamodb:PutItem', 'Records', rollsBack('first')],
  ['rollback', 'dynamodb:DeleteItem', 'Records', finishesPending('webhook')],
  ['rollback', 'ssm:GetParametersByPath', 'Settings', readsSettings('rollback', rolledBack)],
  ['rollback', 'secretsmanager:GetSecretValue', 'ClusterReferences ReadSecrets', rollsBack('first')],
  ['rollback', 'ssm:GetParameter', 'ClusterReferences ReadParameters', rollsBack('second')],
  ['report', 'dynamodb:BatchGetItem', 'Records', looksForARollback],
  ['report', 'dynamodb:Query', 'Records', showsReport],
  ['report', 'dynamodb:Query', 'ByDay', showsReport],
  ['report', 'ssm:GetParametersByPath', 'Settings', readsSettings('report', openReport)],
  ['operate', 'dynamodb:BatchGetItem', 'Records', restores],
  ['operate', 'dynamodb:Query', 'Records', isAnsweredAgain],
  ['operate', 'dynamodb:PutItem', 'Records', rollsBackByHand('first')],
  ['operate', 'dynamodb:DeleteItem', 'Records', finishesPending('request')],
  ['operate', 'ssm:GetParametersByPath', 'Settings', readsSettings('operate', (one) => rollBackByHand(one, 'nowhere'))],
  ['operate', 'secretsmanager:GetSecretValue', 'ClusterReferences ReadSecrets', rollsBackByHand('first')],
  ['operate', 'ssm:GetParameter', 'ClusterReferences ReadParameters', rollsBackByHand('second')],
  ['publish', 'dynamodb:UpdateItem', 'MarkSent', isMarkedSent],
  ['publish', 'events:PutEvents', 'Events', isOnTheBus],
  ['publish', 'sqs:SendMessage', 'DeadLetters', poisonIsKept],
  ['guard', 'dynamodb:BatchGetItem', 'Records', isMadeFromJournal('first')],
  ['guard', 'dynamodb:Query', 'Records', failsWhatIsLate],
  ['guard', 'dynamodb:PutItem', 'Records', isMadeFromJournal('first')],
  ['guard', 'dynamodb:DeleteItem', 'Records', finishesPending('guard')],
  ['guard', 'dynamodb:Query', 'ByDay', foldsADay],
  ['guard', 'dynamodb:Query', 'Unsent', isSentAgain('bus')],
  ['guard', 'dynamodb:Query', 'Unfinished', finishesPending('guard')],
  ['guard', 'dynamodb:UpdateItem', 'MarkSent', isSentAgain('mark')],
  ['guard', 'events:PutEvents', 'Events', isSentAgain('bus')],
  ['guard', 'ssm:GetParametersByPath', 'Settings', readsSettings('guard', tryGuard)],
  ['guard', 'secretsmanager:GetSecretValue', 'ClusterReferences ReadSecrets', isMadeFromJournal('first')],
  ['guard', 'ssm:GetParameter', 'ClusterReferences ReadParameters', isMadeFromJournal('second')],
  ['guard', 'secretsmanager:GetSecretValue', 'PrometheusReferences ReadSecrets', seesNoRequests],
  ['notify', 'ssm:GetParametersByPath', 'Settings', readsSettings('notify', rolledBack)],
  ['notify', 'secretsmanager:GetSecretValue', 'ChannelReferences ReadSecrets', isTold()],
  ['notify', 'ssm:GetParameter', 'ChannelReferences ReadParameters', isTold(SECOND_CHANNEL)],
  ['notify', 'sns:Publish', 'ChannelReferences PublishToTopics', isMailed],
  ['notify', 'sqs:SendMessage', 'Deliveries', isTold()],
  ['notify', 'sqs:ChangeMessageVisibility', 'Deliveries', isTakenOver],
  ['notify', 'sqs:SendMessage', 'DeadLetters', noEventIsKept],
  ['notify', 'dynamodb:PutItem', 'Notifications', isTold()],
  ['notify', 'dynamodb:UpdateItem', 'Notifications', isNoted],
  // Who has it in hand is read where it is not to be had.
  ['notify', 'dynamodb:GetItem', 'Notifications', isTakenOver],
];

/** What else the roles have to be enough for. */
const MORE: Readonly<Record<string, Effect>> = { reasserts, releases };

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
let mail: TopicListener;
beforeAll(async () => {
  bus = await listenToBus(stack, 'roles');
  mail = await listenToTopic(stack, stack.world.mailTopicArn, 'roles');
  await schedule(DisableRuleCommand);
});
afterAll(() => schedule(EnableRuleCommand));

/** Guard on its own would do what is to fail here, or make up for it. */
async function schedule(Command: typeof DisableRuleCommand | typeof EnableRuleCommand): Promise<void> {
  const { Rules = [] } = await stack.aws.events.send(new ListRulesCommand({}));
  for (const { Name } of Rules) await stack.aws.events.send(new Command({ Name }));
}

describe('the role of each function', () => {
  test('has no right that is not in the table here', async () => {
    const found: string[] = [];
    for (const verb of VERBS) {
      const rights = (await rightsOf(stack, verb)).filter(
        ({ sid }) => !NOT_ASKED_BY_THE_EMULATOR.includes(`${verb} ${sid}`),
      );
      found.push(...rights.map(({ sid, action }) => `${verb} ${action} ${sid}`));
    }

    expect(found).toHaveLength(NEEDED.length);
    expect(new Set(found)).toEqual(new Set(NEEDED.map(([verb, action, sid]) => `${verb} ${action} ${sid}`)));
  });

  // Everything that any of them is for, one after the other.
  test('is enough', { timeout: 600_000 }, async () => {
    const since = Date.now();

    for (const [verb, action, , effect] of NEEDED) {
      const holds = await effect({ stack, bus, mail });
      expect(await eventually(holds), `${verb} with ${action}`).toBe(true);
    }
    for (const [name, effect] of Object.entries(MORE)) {
      const holds = await effect({ stack, bus, mail });
      expect(await eventually(holds), name).toBe(true);
    }

    const logs = await Promise.all(VERBS.map((verb) => logsOf(stack.world.env, functionName(verb), since)));
    expect(logs.join('\n')).not.toContain('not authorized to perform');
  });

  test.each(NEEDED)('of %s is not enough without %s in %s', async (verb, action, sid, effect) => {
    const since = Date.now();
    const restore = await without(stack, verb, { sid, action });

    let holds: (() => Promise<boolean>) | undefined;
    const isRefused = async () => {
      const logs = await logsOf(stack.world.env, functionName(verb), since);
      return logs.includes(`not authorized to perform: ${action}`);
    };
    try {
      holds = await effect({ stack, bus, mail });
      const refused = await eventually(async () => (await isRefused()) || (await holds?.()) === true);
      expect({ refused: refused && (await isRefused()), happens: await holds() }).toEqual({
        refused: true,
        happens: false,
      });
    } finally {
      await restore();
    }
  });
});
