import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import { dayItems } from './report-data.ts';

/**
 * The index of one day as DynamoDB answers for it, in a process of its own: pages of 1 MB of whole items, of which the
 * answer holds what is asked for. Both local engines take longer for each record that a day has already, to write it or
 * to find it, so that 100,000 of them end in neither. What is stored is thrown away.
 */
const PAGE_BYTES = 1024 * 1024;
const KEPT = ['id', 'cluster', 'canary', 'outcome', 'timeline', 'sla', 'alert'];

const QuerySchema = z.object({
  IndexName: z.optional(z.string()),
  ExpressionAttributeValues: z.record(z.string(), z.record(z.string(), z.unknown())),
  ExclusiveStartKey: z.optional(z.object({ received: z.object({ S: z.string() }) })),
});

const records = dayItems().map((item) => {
  const kept = Object.fromEntries(KEPT.map((name) => [name, item[name]]));
  const { name } = z.object({ name: z.string() }).parse(item['alert']);
  return {
    received: String(item['received']),
    key: JSON.stringify(attributes({ pk: item['pk'], sk: item['sk'], day: item['day'], received: item['received'] })),
    text: JSON.stringify(attributes({ pk: item['pk'], ...kept, alert: { name } })),
    bytes: JSON.stringify(item).length,
  };
});

const server = createServer(async (request, response) => {
  const asked = await json(request);
  const query = String(request.headers['x-amz-target']).endsWith('.Query') ? QuerySchema.parse(asked) : undefined;
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.end(query?.IndexName ? page(query) : '{"Items":[],"Count":0,"Responses":{},"UnprocessedKeys":{}}');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') console.log(JSON.stringify({ url: `http://127.0.0.1:${address.port}` }));
});
process.stdin.resume().on('close', () => process.exit());

function page({ ExpressionAttributeValues: values, ExclusiveStartKey: behind }: z.infer<typeof QuerySchema>): string {
  const [from, to] = [String(values[':from']?.['S']), String(values[':to']?.['S'])];
  const first = behind ? firstOver(behind.received.S) : firstOver(from, (received) => received >= from);
  const items: string[] = [];
  for (let at = first, bytes = 0; at < records.length; at += 1) {
    const record = records[at];
    if (!record || record.received > to) break;
    items.push(record.text);
    bytes += record.bytes;
    if (bytes >= PAGE_BYTES)
      return `{"Items":[${items.join(',')}],"Count":${items.length},"LastEvaluatedKey":${record.key}}`;
  }
  return `{"Items":[${items.join(',')}],"Count":${items.length}}`;
}

/** By halves, as records are sorted. */
function firstOver(text: string, isOver = (received: string) => received > text): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isOver(records[middle]?.received ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** As DynamoDB writes values. */
function attributes(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, attribute(value)]),
  );
}

function attribute(value: unknown): unknown {
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  return typeof value === 'object' && value !== null ? { M: attributes({ ...value }) } : { S: String(value) };
}
