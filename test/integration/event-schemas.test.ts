import { readFile } from 'node:fs/promises';
import ajv from 'ajv-draft-04';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { eventbridgeBus } from '#shared/adapters/eventbridge/eventbridge-bus.ts';
import { eventbridgeClient } from '#shared/adapters/eventbridge/eventbridge-client.ts';
import { EVENT_DATA, type OutboxEvent } from '#shared/contracts/events.ts';
import { REASONS, type Reason } from '#shared/domain/outcome.ts';
import type { HistoryEntry, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { buildEvent } from '#shared/steps/build-events.ts';
import { buildReportEvent } from '#shared/steps/build-report-event.ts';
import { anEmptyReport } from '#test/builders/report.ts';
import { aReportEvent } from '#test/builders/report-event.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';

const signal = new AbortController().signal;
const NOW = FIRED_AT + 5_000;
const isReason = (name: string): name is Reason => Object.hasOwn(REASONS, name);
const told = Object.keys(REASONS)
  .filter(isReason)
  .filter((reason) => REASONS[reason].recorded && REASONS[reason].outcome !== 'pending');
const entries: HistoryEntry[] = [
  { kind: 'reverted', at: NOW, number: 2, by: 'argocd-controller', writtenAt: NOW, pages: false },
  { kind: 'reverted', at: NOW, number: 3, pages: true },
  { kind: 'reasserted', at: NOW, number: 2 },
  { kind: 'released', at: NOW, virtualService: 'production/payment-svc' },
  { kind: 'restored', at: NOW, virtualService: 'production/payment-svc', by: 'alice', why: 'v2 is mended' },
  { kind: 'unverified', at: NOW, requestsPerSecond: 1.5 },
  { kind: 'verified', at: NOW },
  { kind: 'already-acted', at: NOW },
  { kind: 'contested', at: NOW },
  { kind: 'resolved', at: NOW },
];

const rolledBack = aRollbackRecord({ outcome: 'rolled-back', reason: undefined });
const { receivedAt, firedAt, recordedAt } = rolledBack.timeline;
/** A record with its obligatory fields only. */
const bare = aRollbackRecord({
  ...rolledBack,
  cluster: '-',
  canary: '-',
  virtualServices: [],
  commands: [],
  weights: [],
  residual: 'unknown',
  episode: undefined,
  alert: { name: '', fingerprint: 'f', labels: {}, annotations: {} },
  timeline: { firedAt, receivedAt, recordedAt },
  sla: { targetMs: 60_000, late: false, clockSkew: true, count: 'open' },
});

const cases: [string, OutboxEvent | undefined][] = [
  ['a rollback', buildEvent(rolledBack, { kind: 'outcome' }, NOW)],
  ['a bare rollback', buildEvent(bare, { kind: 'outcome' }, NOW)],
  ['a breached SLA', buildEvent(rolledBack, { kind: 'sla-breached' }, NOW)],
  ...told.map((reason): [string, OutboxEvent | undefined] => [
    reason,
    buildEvent(withReason(reason), { kind: 'outcome' }, NOW),
  ]),
  ...entries.map((entry, index): [string, OutboxEvent | undefined] => [
    `history: ${entry.kind}`,
    buildEvent({ ...rolledBack, history: entries }, { kind: 'history', entry, index }, NOW),
  ]),
  ['a week', aReportEvent()],
  ['a week without anything, and without a page', buildReportEvent(anEmptyReport(), NOW)],
];

describe('events as they arrive on the bus', () => {
  let server: PutEventsServer;
  beforeAll(async () => {
    server = await startPutEventsServer();
  });
  afterAll(() => server.stop());

  async function send(event: OutboxEvent | undefined) {
    if (!event) throw new Error('no event was built');
    const bus = eventbridgeBus(eventbridgeClient({ ...LOCAL_AWS, endpoint: server.endpoint }), 'weightless');
    await bus.publish([event], signal);
    const sent = server.taken.at(-1);
    if (!sent) throw new Error('nothing was sent');
    return { type: sent.DetailType, detail: JSON.parse(sent.Detail) };
  }

  it.each(cases)('fit the checked-in JSON Schema of their detail-type: %s', async (_what, event) => {
    const { type, detail } = await send(event);

    expect(await problemsOf(type, detail)).toEqual([]);
  });

  it('are of every detail-type there is', () => {
    expect(new Set(cases.map(([, event]) => event?.type))).toEqual(new Set(Object.keys(EVENT_DATA)));
  });

  it.each<[string, (detail: Detail) => void]>([
    ['no id', ({ metadata }) => delete metadata['id']],
    ['another version', ({ metadata }) => Object.assign(metadata, { version: 2 })],
    ['a time in another form', ({ metadata }) => Object.assign(metadata, { timestamp: '4 March' })],
    ['another outcome', ({ data }) => Object.assign(data, { outcome: 'failed' })],
    ['no canary', ({ data }) => delete data['canary']],
    ['weights that are text', ({ data }) => Object.assign(data, { weights: [{ before: '99' }] })],
  ])('do not fit with %s', async (_what, spoil) => {
    const { type, detail } = await send(buildEvent(rolledBack, { kind: 'outcome' }, NOW));
    spoil(detail);

    expect(await problemsOf(type, detail)).not.toEqual([]);
  });

  it('still fit with a field that a later version adds', async () => {
    const { type, detail } = await send(buildEvent(rolledBack, { kind: 'outcome' }, NOW));
    Object.assign(detail.data, { verifiedAt: '2026-03-04T05:06:20.000Z' });

    expect(await problemsOf(type, detail)).toEqual([]);
  });
});

type Detail = { metadata: Record<string, unknown>; data: Record<string, unknown> };

function withReason(reason: Reason): RollbackRecord {
  return aRollbackRecord({ outcome: REASONS[reason].outcome, reason });
}

async function problemsOf(type: string, detail: unknown): Promise<string[]> {
  const text = await readFile(new URL(`../../infra/events/${type}.json`, import.meta.url), 'utf8');
  const validate = new ajv.default({ strict: true, allErrors: true }).compile(JSON.parse(text));
  validate(detail);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
