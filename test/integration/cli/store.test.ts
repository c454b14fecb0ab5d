import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynoxidePath, startDynoxide } from '#cli/local/dynoxide.ts';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { type LocalStore, startStore } from '#cli/local/store.ts';
import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { eventKey, UNSENT } from '#shared/adapters/dynamodb/keys.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';

const signal = new AbortController().signal;

/** Takes every event but those of these ids. */
function busThatRefuses(...ids: string[]): EventBus & { readonly taken: string[]; readonly refused: string[] } {
  const taken: string[] = [];
  const refused: string[] = [];
  return {
    taken,
    refused,
    async publish(events) {
      const [kept, sent] = [events.filter(({ id }) => ids.includes(id)), events.filter(({ id }) => !ids.includes(id))];
      taken.push(...sent.map(({ id }) => id));
      refused.push(...kept.map(({ id }) => id));
      return kept.map((event) => ({ event, message: 'not this one', final: false }));
    },
  };
}

describe('the store of the local stack', () => {
  let dataDir: string;
  let store: LocalStore | undefined;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'weightless-store-'));
  });
  afterEach(async () => {
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(bus: EventBus, log = recordingLog()): Promise<LocalStore> {
    store = await startStore({ bus, log, dataDir });
    return store;
  }
  async function stop(): Promise<void> {
    await store?.stop();
    store = undefined;
  }

  test('sends at its start what an earlier run could not, and marks as sent only what the bus takes', async () => {
    const first = busThatRefuses('a', 'b');
    const { rollbackLog } = await start(first);
    const events = [anOutboxEvent({ id: 'a' }), anOutboxEvent({ id: 'b' })];
    await rollbackLog.commit({ rollbacks: [], remove: [], events }, signal);
    await vi.waitFor(() => expect(new Set(first.refused)).toEqual(new Set(['a', 'b'])), 5000);
    await stop();

    const second = busThatRefuses('a');
    await start(second);
    await stop();
    const third = busThatRefuses();
    await start(third);

    expect(second.taken).toEqual(['b']);
    expect(third.taken).toEqual(['a']);
  });

  test('tells of an event that it cannot read, and sends the others', async () => {
    const before = busThatRefuses('good');
    const { rollbackLog } = await start(before);
    const event = anOutboxEvent({ id: 'good' });
    await rollbackLog.commit({ rollbacks: [], remove: [], events: [event] }, signal);
    await vi.waitFor(() => expect(before.refused).toContain('good'), 5000);
    await stop();
    await writeItem({ ...eventKey('bad'), unsent: UNSENT, createdAt: 1 });

    const [bus, log] = [busThatRefuses(), recordingLog()];
    await start(bus, log);

    expect(bus.taken).toEqual(['good']);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { key: 'EVENT#bad' } }]);
  });

  async function writeItem(Item: Record<string, unknown>): Promise<void> {
    const engine = await startDynoxide(dynoxidePath() ?? '', join(dataDir, 'weightless.db'));
    const client = documentClient({ ...LOCAL_AWS, endpoint: engine.endpoint });
    await client.send(new PutCommand({ TableName: 'weightless', Item }));
    client.destroy();
    await engine.stop();
  }
});
