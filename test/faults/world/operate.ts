import * as z from 'zod';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { OPERATE_TOKEN } from '#test/doubles/operate-service.ts';
import type { FaultWorld } from './fault-world.ts';
import { type Kill, Killed } from './function-process.ts';

/** What a person asks for by HTTP. */
export type Asked = { readonly path: string; readonly body: object; readonly key?: string };
export type Told = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

const Answer = z.object({ statusCode: z.number(), body: z.string() });
const Body = z.record(z.string(), z.unknown());
const MOST_TRIES = 6;

/** One request to a new instance of the function. */
export async function operate(
  world: FaultWorld,
  { path, body, key }: Asked,
  spawned?: (kill: Kill) => void,
): Promise<Told> {
  const instance = await world.start('operate', {}, { spawned });
  const headers = {
    authorization: `Bearer ${OPERATE_TOKEN}`,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const answer = Answer.parse(await instance.invoke(anHttpEvent({ path, headers, body: JSON.stringify(body) })));
  return { status: answer.statusCode, body: Body.parse(JSON.parse(answer.body)) };
}

/** Sends the same request until the answer is no 503, as it asks for. */
export async function operateAgain(world: FaultWorld, asked: Asked): Promise<Told> {
  let last: Told | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    try {
      last = await operate(world, asked);
      if (last.status < 500) return last;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  if (!last) throw new Error(`No instance answered in ${MOST_TRIES} tries`);
  return last;
}
