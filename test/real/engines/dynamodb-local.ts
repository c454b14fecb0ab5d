import { dirname, join } from 'node:path';
import { engineFile } from './engine-file.ts';
import { startChild } from './start-child.ts';

export type DynamodbLocal = {
  endpoint: string;
  stop(): Promise<void>;
};

/** Starts DynamoDB Local on a free loopback port, with its data in memory; any region and credentials do. */
export async function startDynamodbLocal(): Promise<DynamodbLocal> {
  const classes = dirname(engineFile('dynamodb-local/classes/LoopbackDynamodb.class'));
  const lib = engineFile('dynamodb-local/lib');
  const { url, stop } = await startChild('DynamoDB Local (java)', 'java', [
    // sqlite's native library is among the jars.
    `-Djava.library.path=${lib}`,
    '-cp',
    [classes, join(lib, '*')].join(':'),
    'LoopbackDynamodb',
  ]);
  return { endpoint: url, stop };
}
