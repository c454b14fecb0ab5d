import { createRequire } from 'node:module';
import type { Context } from 'aws-lambda';
import * as z from 'zod';

/** What Lambda's runtime does with a function: loads the bundle once, then hands it one event after the other. */
const Invocation = z.object({ id: z.number(), event: z.unknown(), remainingMs: z.number() });
/** The time that the function sees is this far from the machine's: minutes pass without anyone waiting for them. */
const Clock = z.object({ clockMs: z.number() });
type Bundle = { readonly handler: (event: unknown, context: Context) => Promise<unknown> };

const [bundle = '', clock = '0'] = process.argv.slice(2);
const machineNow = Date.now;
let clockMs = Number(clock);
Date.now = () => machineNow() + clockMs;
/** Slack, PagerDuty and the others have names of their own: one server stands for all, and the path begins with whose. */
const services = process.env['TEST_SERVICES_URL'];
if (services) {
  const fetched = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const meant = new URL(String(input));
    const standIn = new URL(`/${meant.host}${meant.pathname}${meant.search}`, services);
    return fetched(meant.protocol === 'https:' ? standIn : input, init);
  };
}
const loaded: Bundle = createRequire(import.meta.url)(bundle);

function contextOf(id: number, remainingMs: number): Context {
  const endsAt = machineNow() + remainingMs;
  return {
    awsRequestId: `request-${id}`,
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'weightless',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:weightless',
    logGroupName: 'group',
    logStreamName: 'stream',
    memoryLimitInMB: '256',
    getRemainingTimeInMillis: () => endsAt - machineNow(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

process.on('message', (message) => {
  const set = Clock.safeParse(message);
  if (set.success) {
    ({ clockMs } = set.data);
    return;
  }
  const { id, event, remainingMs } = Invocation.parse(message);
  loaded.handler(event, contextOf(id, remainingMs)).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('loaded');
