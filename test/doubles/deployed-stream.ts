import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import type { FilterPattern } from '#cli/local/stream-filter.ts';

const Stream = z.object({
  batchSize: z.number(),
  functionResponseType: z.literal('ReportBatchItemFailures'),
  bisectBatchOnFunctionError: z.boolean(),
  maximumRetryAttempts: z.number(),
  maximumRecordAgeInSeconds: z.number(),
  filterPatterns: z.array(z.custom<FilterPattern>((value) => typeof value === 'object' && value !== null)),
});
const Template = z.object({
  functions: z.object({ publish: z.object({ events: z.tuple([z.object({ stream: Stream })]) }) }),
});
const file = new URL('../../serverless.yml', import.meta.url);

/** How the deployed stream function is invoked, for a poller: by the template's own values. */
export function deployedStream(): Omit<z.infer<typeof Stream>, 'functionResponseType'> {
  // CloudFormation's tags are nothing that the parser knows, or that is wanted here.
  const template = Template.parse(parse(readFileSync(file, 'utf8'), { logLevel: 'silent' }));
  const { functionResponseType: _, ...mapping } = template.functions.publish.events[0].stream;
  return mapping;
}
