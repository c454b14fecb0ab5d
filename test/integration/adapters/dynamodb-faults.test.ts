import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbOutbox } from '#shared/adapters/dynamodb/dynamodb-outbox.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { type RollbackChange, StoreFault } from '#shared/ports/rollback-log.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from '#test/doubles/scripted-server.ts';

const signal = new AbortController().signal;
const change: RollbackChange = { rollbacks: [aRollbackRecord()], remove: [], events: [anOutboxEvent()] };
const fine: Answer = { status: 200, body: {} };

function refusal(type: string, more: Record<string, unknown> = {}): Answer {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: `${type} it is`, ...more };
  return { status: 400, body };
}

function cancelled(...codes: string[]): Answer {
  return refusal('TransactionCanceledException', {
    CancellationReasons: codes.map((Code) => ({ Code, Message: `because of ${Code}` })),
  });
}

describe('DynamoDB that refuses, breaks or is silent', () => {
  let server: ScriptedServer;
  afterEach(() => server.stop());

  async function storeThatAnswers(first: Answer, ...then: Answer[]) {
    server = await startScriptedServer([first, ...then]);
    const client = documentClient({ ...LOCAL_AWS, endpoint: server.endpoint });
    return { log: dynamodbRollbackLog(client, 'weightless'), outbox: dynamodbOutbox(client, 'weightless') };
  }

  it('says nothing of what AWS repeats of a request that was signed wrongly, which has the session token', async () => {
    const message = 'The signature does not match.\n\nThe Canonical String should have been\nx-amz-security-token:t';
    const { log } = await storeThatAnswers(refusal('InvalidSignatureException', { message }));

    const answer = log.read(['a'], undefined, signal);

    const cause = { stack: expect.not.stringContaining('security-token') };
    await expect(answer).rejects.toMatchObject({ message: expect.stringMatching(/does not match\.$/), cause });
  });

  it.each([
    ['a condition that failed', cancelled('None', 'ConditionalCheckFailed')],
    ['a condition that failed beside a busy item', cancelled('TransactionConflict', 'ConditionalCheckFailed')],
  ])('takes %s for a conflict at once', async (_what, answer) => {
    const { log } = await storeThatAnswers(answer);

    expect(await log.commit(change, signal)).toBe('conflict');
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['another transaction', cancelled('None', 'TransactionConflict')],
    ['a throttled partition', cancelled('ThrottlingError', 'TransactionConflict')],
    ['a request rate', refusal('ThrottlingException')],
    ['the same transaction in progress', refusal('TransactionInProgressException')],
  ])('writes again what %s kept out', async (_what, answer) => {
    const { log } = await storeThatAnswers(answer, answer, fine);

    expect(await log.commit(change, signal)).toBe('written');
    expect(server.asked.map(({ target }) => target)).toEqual(
      Array.from({ length: 3 }, () => 'DynamoDB_20120810.TransactWriteItems'),
    );
  });

  it('takes transactions that are always in the way for a conflict', async () => {
    const { log } = await storeThatAnswers(cancelled('TransactionConflict', 'None'));

    expect(await log.commit(change, signal)).toBe('conflict');
    expect(server.asked.length).toBeGreaterThan(2);
  });

  it.each([
    ['a partition that stays throttled', cancelled('ThrottlingError', 'None')],
    ['a request rate that stays too high', refusal('ProvisionedThroughputExceededException')],
    ['a transaction of which nothing is said', refusal('TransactionCanceledException')],
    ['missing rights', refusal('AccessDeniedException')],
    ['a server error', { status: 500, body: { __type: 'InternalServerError', message: 'oh' } } as const],
  ])('takes %s for a fault', async (_what, answer) => {
    const { log } = await storeThatAnswers(answer);

    await expect(log.commit(change, signal)).rejects.toThrow(StoreFault);
  });

  it('tells which item of a transaction was refused and why', async () => {
    const { log } = await storeThatAnswers(cancelled('None', 'ValidationError'));

    await expect(log.commit(change, signal)).rejects.toThrow(
      'Could not write a change in table weightless: TransactionCanceledException: item 1: ValidationError because of ValidationError',
    );
    expect(server.asked).toHaveLength(1);
  });

  it('asks again with the same token where the answer was lost, so that the change is not in conflict with itself', async () => {
    const { log } = await storeThatAnswers('reset', fine);

    expect(await log.commit(change, signal)).toBe('written');
    const tokens = server.asked.map(({ body }) => body['ClientRequestToken']);
    expect(tokens).toEqual([expect.any(String), tokens[0]]);
  });

  it('asks a silent store twice, then gives up', async () => {
    const { log } = await storeThatAnswers('silence');

    const attempt = log.read(['a'], undefined, signal);

    await expect(attempt).rejects.toThrow(StoreFault);
    await expect(attempt).rejects.toThrow('TimeoutError');
    expect(server.asked).toHaveLength(2);
  });

  it('reads the rest where an answer leaves keys open', async () => {
    const left = { weightless: { Keys: [{ pk: { S: 'ROLLBACK#b' }, sk: { S: 'ROLLBACK' } }], ConsistentRead: true } };
    const { log } = await storeThatAnswers(
      { status: 200, body: { Responses: { weightless: [] }, UnprocessedKeys: left } },
      { status: 200, body: { Responses: { weightless: [] }, UnprocessedKeys: {} } },
    );

    await log.read(['a', 'b'], undefined, signal);

    const requests = server.asked.map(({ body }) => body['RequestItems']);
    expect(requests).toEqual([
      { weightless: { Keys: [expect.anything(), expect.anything()], ConsistentRead: true } },
      left,
    ]);
  });

  it('does not take keys that stay open for records that do not exist', async () => {
    const left = { weightless: { Keys: [{ pk: { S: 'ROLLBACK#a' }, sk: { S: 'ROLLBACK' } }] } };
    const { log } = await storeThatAnswers({
      status: 200,
      body: { Responses: { weightless: [] }, UnprocessedKeys: left },
    });

    await expect(log.read(['a'], undefined, signal)).rejects.toThrow(/left 1 of 1 items unread/);
  });

  it('clears the mark of each event, and tells of the one that it could not clear', async () => {
    const { outbox } = await storeThatAnswers(refusal('TransactionConflictException'), refusal('Nonsense'), fine);
    const events = ['a', 'b', 'c'].map((id) => anOutboxEvent({ id }));

    const attempt = outbox.markSent(events, signal);

    await expect(attempt).rejects.toThrow('Could not mark events as sent in table weightless: Nonsense');
    expect(server.asked).toHaveLength(4);
  });

  it('does not go on after the time is over', async () => {
    const { log } = await storeThatAnswers(cancelled('TransactionConflict'));
    const budget = new AbortController();

    const attempt = log.commit(change, budget.signal);
    budget.abort();

    await expect(attempt).rejects.toThrow(StoreFault);
    await expect(attempt).rejects.toThrow('the time for it was over');
  });
});

describe('a dead endpoint', () => {
  it.each<[string, (store: ReturnType<typeof stores>) => Promise<unknown>]>([
    ['read', ({ log }) => log.read(['a'], undefined, signal)],
    ['commit', ({ log }) => log.commit(change, signal)],
    ['ofFiring', ({ log }) => log.ofFiring('f@x', signal)],
    ['recent', ({ log }) => log.recent(1, signal)],
    ['unsent', ({ outbox }) => outbox.unsent(1, { limit: 1 }, signal)],
    ['markSent', ({ outbox }) => outbox.markSent([anOutboxEvent()], signal)],
  ])('makes %s fail with a StoreFault that keeps its cause', async (_name, call) => {
    const attempt = call(stores(await freePort()));

    await expect(attempt).rejects.toThrow(StoreFault);
    await expect(attempt).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' }, retryable: true });
  });

  function stores(port: number) {
    const client = documentClient({ ...LOCAL_AWS, endpoint: `http://127.0.0.1:${port}` });
    return { log: dynamodbRollbackLog(client, 'weightless'), outbox: dynamodbOutbox(client, 'weightless') };
  }
});
