import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListEventBusesCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListSubscriptionsCommand, ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand } from '@aws-sdk/client-ssm';
import type { Aws } from './aws.ts';
import type { Emulator } from './engines/emulator.ts';
import { logGroups } from './function-logs.ts';
import { dashboards, httpApis } from './list-plainly.ts';

/** What is in the account, by kind; each a name or an ARN. */
export async function listAccount(aws: Aws, env: Emulator['env']): Promise<Record<string, string[]>> {
  const names = async <T>(found: Promise<T>, name: (answer: T) => (string | undefined)[] | undefined) =>
    (name(await found) ?? []).filter((one) => one !== undefined).sort();
  const { EventBuses: buses = [] } = await aws.events.send(new ListEventBusesCommand({}));
  const rules = await Promise.all(
    buses.map(({ Name }) => aws.events.send(new ListRulesCommand({ EventBusName: Name }))),
  );
  return {
    alarms: await names(aws.cloudwatch.send(new DescribeAlarmsCommand({})), ({ MetricAlarms }) =>
      MetricAlarms?.map(({ AlarmName }) => AlarmName),
    ),
    buckets: await names(aws.s3.send(new ListBucketsCommand({})), ({ Buckets }) => Buckets?.map(({ Name }) => Name)),
    buses: buses.flatMap(({ Name }) => Name ?? []),
    dashboards: await dashboards(env),
    functions: await names(aws.lambda.send(new ListFunctionsCommand({})), ({ Functions }) =>
      Functions?.map(({ FunctionName }) => FunctionName),
    ),
    httpApis: await httpApis(env),
    logGroups: await logGroups(env),
    mappings: await names(aws.lambda.send(new ListEventSourceMappingsCommand({})), ({ EventSourceMappings }) =>
      EventSourceMappings?.map(({ EventSourceArn }) => EventSourceArn),
    ),
    parameters: await names(aws.ssm.send(new DescribeParametersCommand({})), ({ Parameters }) =>
      Parameters?.map(({ Name }) => Name),
    ),
    queues: await names(aws.sqs.send(new ListQueuesCommand({})), ({ QueueUrls }) => QueueUrls),
    roles: await names(aws.iam.send(new ListRolesCommand({})), ({ Roles }) => Roles?.map(({ RoleName }) => RoleName)),
    rules: rules.flatMap(({ Rules = [] }) => Rules.flatMap(({ Arn }) => Arn ?? [])),
    stacks: await names(aws.cloudformation.send(new ListStacksCommand({})), ({ StackSummaries }) =>
      StackSummaries?.flatMap(({ StackName, StackStatus }) => (StackStatus === 'DELETE_COMPLETE' ? [] : StackName)),
    ),
    subscriptions: await names(aws.sns.send(new ListSubscriptionsCommand({})), ({ Subscriptions }) =>
      Subscriptions?.map(({ TopicArn }) => TopicArn),
    ),
    tables: await names(aws.dynamodb.send(new ListTablesCommand({})), ({ TableNames }) => TableNames),
    topics: await names(aws.sns.send(new ListTopicsCommand({})), ({ Topics }) =>
      Topics?.map(({ TopicArn }) => TopicArn),
    ),
  };
}
