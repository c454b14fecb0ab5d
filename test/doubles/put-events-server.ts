import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { listenOnLoopback } from './listen-on-loopback.ts';

const Entry = z.object({
  EventBusName: z.string(),
  Source: z.string(),
  DetailType: z.string(),
  Detail: z.string(),
  Time: z.number(),
});
const Request = z.object({ Entries: z.array(Entry).min(1).max(10) });
export type SentEntry = z.infer<typeof Entry>;

export type PutEventsServer = {
  readonly endpoint: string;
  /** What is on the bus, in order. */
  readonly taken: readonly SentEntry[];
  /** How many entries each call carried. */
  readonly calls: readonly number[];
  /** Says of an entry with what error code it is refused, if it is. */
  refuse(why: (entry: SentEntry) => string | undefined): void;
  /** Says of an entry whether it makes the whole call invalid. */
  choke(on: (entry: SentEntry) => boolean): void;
  /** From the call of this number on (0 is the next one), every call is answered with a 500. */
  breakAt(call: number): void;
  waitFor(count: number): Promise<readonly SentEntry[]>;
  stop(): Promise<void>;
};

/** EventBridge as PutEvents knows it, on loopback: its limits, its partial failures. */
export async function startPutEventsServer(): Promise<PutEventsServer> {
  const taken: SentEntry[] = [];
  const calls: number[] = [];
  let why: (entry: SentEntry) => string | undefined = () => undefined;
  let chokes: (entry: SentEntry) => boolean = () => false;
  let brokenFrom = Number.POSITIVE_INFINITY;

  function answer(target: unknown, sent: string): [number, unknown] {
    if (target !== 'AWSEvents.PutEvents') return [400, { __type: 'UnknownOperationException' }];
    const request = Request.safeParse(JSON.parse(sent));
    if (!request.success) return [400, { __type: 'ValidationException', message: z.prettifyError(request.error) }];
    const { Entries } = request.data;
    if (calls.length >= brokenFrom) return [500, { __type: 'InternalException', message: 'the bus is down' }];
    calls.push(Entries.length);
    if (sizeOf(Entries) >= 1024 * 1024)
      return [
        400,
        { __type: 'ValidationException', message: 'Total size of the entries in the request is over the limit.' },
      ];
    if (Entries.some((entry) => chokes(entry))) return [400, { __type: 'ValidationException', message: 'choked' }];
    const results = Entries.map((entry) => {
      const code = why(entry);
      if (code) return { ErrorCode: code, ErrorMessage: `refused with ${code}` };
      taken.push(entry);
      return { EventId: randomUUID() };
    });
    return [200, { FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length, Entries: results }];
  }

  const server = createServer(async (request, response) => {
    const [status, body] = answer(request.headers['x-amz-target'], await text(request));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  const { url, stop } = await listenOnLoopback(server);

  return {
    endpoint: url,
    taken,
    calls,
    refuse(next) {
      why = next;
    },
    choke(on) {
      chokes = on;
    },
    breakAt(call) {
      brokenFrom = calls.length + call;
    },
    async waitFor(count) {
      const deadline = Date.now() + 15_000;
      while (taken.length < count) {
        if (Date.now() > deadline) throw new Error(`Waited for ${count} events; ${taken.length} came.`);
        await sleep(10);
      }
      return taken;
    },
    stop,
  };
}

/** Written down again here, so that the adapter's way of counting is not its own judge. */
function sizeOf(entries: readonly SentEntry[]): number {
  return entries.reduce(
    (total, { Source, DetailType, Detail }) => total + 14 + new Blob([Source, DetailType, Detail]).size,
    0,
  );
}
