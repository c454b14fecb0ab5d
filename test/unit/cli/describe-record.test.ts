import { describe, expect, it } from 'vitest';
import { describeRecord } from '#cli/print/describe-record.ts';
import { rollbackView } from '#functions/report/rollback-view.ts';
import type { HistoryEntry, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';

const restored: HistoryEntry = {
  kind: 'restored',
  at: FIRED_AT + 600_000,
  virtualService: 'production/payment-svc',
  by: 'bob',
  why: 'not at fault',
};
const reverted: HistoryEntry = {
  kind: 'reverted',
  at: FIRED_AT + 5000,
  number: 1,
  by: 'flux',
  writtenAt: FIRED_AT + 4500,
  pages: false,
};

/** As the command reads it from the service. */
function shown(overrides: Partial<RollbackRecord> = {}): string {
  const record = aRollbackRecord({ outcome: 'rolled-back', reason: undefined, history: [], ...overrides });
  return describeRecord(JSON.parse(JSON.stringify({ rollback: rollbackView(record) })));
}

describe('a rollback in a terminal', () => {
  it('says before its message that the weights were brought back, by whom and when', () => {
    const [outcome, since, message] = shown({ message: 'The canary is at zero.', history: [restored] }).split('\n');

    expect([outcome, since, message]).toEqual([
      'rolled-back',
      'Since then: The weights of production/payment-svc were brought back by bob: “not at fault” (RollbackRestored), at 2026-03-04T05:16:07.000Z',
      'The canary is at zero.',
    ]);
  });

  it('does not tell what the rollback left to reach the canary once that was brought back', () => {
    expect(shown()).toContain('Still reaches it: requests with the header');
    expect(shown({ history: [restored] })).not.toContain('Still reaches it');
    expect(shown({ history: [restored] })).toContain('What reached it before the rollback does again');
  });

  it.each<[string, HistoryEntry[]]>([
    ['nothing happened', []],
    ['the canary was taken to zero again', [reverted, { kind: 'reasserted', at: FIRED_AT + 6000, number: 1 }]],
    ['its requests stopped', [{ kind: 'verified', at: FIRED_AT + 6000 }]],
  ])('says nothing of the kind where %s', (_what, history) => {
    expect(shown({ history })).not.toContain('Since then');
  });

  it('tells its history in words', () => {
    expect(shown({ history: [reverted] })).toMatch(
      /^reverted +2026-03-04T05:06:12\.000Z {2}flux put the canary back, number 1 \(RollbackReverted\)$/m,
    );
  });

  it('prints what a newer service tells of as it is', () => {
    const view = rollbackView(aRollbackRecord());
    const history = [{ kind: 'praised', at: '2026-03-04T05:06:12.000Z', by: 'alice', times: 2 }];

    expect(describeRecord({ rollback: { ...view, history } })).toMatch(
      /^praised +2026-03-04T05:06:12\.000Z {2}by alice, times 2$/m,
    );
  });

  it('says when people were told', () => {
    const timeline = { ...aRollbackRecord().timeline, notifiedAt: FIRED_AT + 7000 };

    expect(shown({ timeline })).toMatch(/^notifiedAt +2026-03-04T05:06:14\.000Z$/m);
  });

  it('tells a short time as the report does', () => {
    const sla = { ...aRollbackRecord().sla, alertToZeroMs: 50 };

    expect(shown({ sla })).toMatch(/^SLA +met: 50 ms to zero, target 60 s$/m);
  });
});
