import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALERTS_TOKEN } from '#test/builders/http-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { AS_READER, loadReport, settingsWith, stubFunctionEnv } from '#test/doubles/deployed-functions.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';

const GOOD = settingsWith({ endpoint: 'https://kubernetes.example.com', token: { env: 'UNUSED' } });
const PAGE = { method: 'GET', path: '/', headers: AS_READER };

let engine: Dynoxide;
let store: DynamodbStore;
let output: Output;
beforeEach(async () => {
  engine = await startDynoxide();
  store = await openDynamodbStore(engine.endpoint);
  output = recordOutput();
});
afterEach(async () => {
  await store.close();
  await engine.stop();
});

function deploy(settings = GOOD) {
  stubFunctionEnv({ endpoint: engine.endpoint, table: store.table }, settings);
  return loadReport();
}

describe('the deployed report function', () => {
  it('shows what is in the table of its environment to whoever gives the token as password', async () => {
    const { timeline } = aRollbackRecord();
    const record = aRollbackRecord({ timeline: { ...timeline, receivedAt: Date.now() } });
    await store.log.commit({ rollbacks: [record], remove: [], events: [] }, new AbortController().signal);
    const report = await deploy();

    const page = await report.send(PAGE);

    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(page.body).toContain(`<h3><a href="/rollbacks/${record.id}">payment-svc/v2</a></h3>`);
    expect(page.body).toContain(`${record.alert.name} in production-eu / production, received`);
  });

  it.each([
    ['nothing', '', 401],
    ['a wrong password', `Basic ${Buffer.from('anyone:guess').toString('base64')}`, 401],
    ['the token of Alertmanager', `Bearer ${ALERTS_TOKEN}`, 403],
  ])('shows nothing to whoever gives %s', async (_what, authorization, status) => {
    const report = await deploy();

    const page = await report.send({ ...PAGE, headers: { authorization } });

    expect(page.status).toBe(status);
    expect(page.headers['www-authenticate']).toEqual(status === 401 ? expect.stringMatching(/^Basic /) : undefined);
    expect(JSON.parse(page.body)).toEqual({ error: expect.any(String) });
  });

  it('answers 503 to everybody where its settings are not valid, and logs why', async () => {
    const report = await deploy('{"clusters":[]}');

    const answers = [await report.send(PAGE), await report.send({ ...PAGE, headers: { authorization: '' } })];

    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(output.lines()).toMatchObject([
      { level: 'ERROR', service: 'weightless-report', cause: expect.stringContaining('tokens') },
      { level: 'ERROR' },
    ]);
  });

  it('answers 503 where the store does not answer, and logs why', async () => {
    const report = await deploy();
    await engine.stop();

    const page = await report.send(PAGE);

    expect(page).toMatchObject({
      status: 503,
      body: expect.stringContaining('The store of the rollbacks does not answer'),
    });
    expect(output.lines()).toMatchObject([{ level: 'ERROR', message: 'The rollbacks cannot be read' }]);
  });

  it('answers 503 in JSON for a fault that nobody foresaw', async () => {
    const report = await deploy();

    const answer = await report.invoke(JSON.parse('{"version":"2.0"}'));

    expect(answer).toMatchObject({ statusCode: 503, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(output.lines()).toMatchObject([{ level: 'ERROR', message: 'An unforeseen fault' }]);
  });
});
