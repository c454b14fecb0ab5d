import type { Context } from 'aws-lambda';

/** What Lambda says of one invocation; `remainingMs` is the time until it ends the function. */
export function aContext(functionName: string, remainingMs = 15_000): Context {
  return {
    awsRequestId: 'request',
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: '1',
    invokedFunctionArn: `arn:aws:lambda:eu-central-1:000000000000:function:${functionName}`,
    logGroupName: 'group',
    logStreamName: 'stream',
    memoryLimitInMB: '256',
    getRemainingTimeInMillis: () => remainingMs,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
