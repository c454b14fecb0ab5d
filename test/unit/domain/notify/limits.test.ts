import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLLBACK_EVENT_TYPES } from '#shared/contracts/events.ts';
import { someNews } from '#test/builders/news.ts';
import { reportNews } from '#test/builders/report-event.ts';
import { problemsOfAll } from './service-limits.ts';

/** What somebody could put into a label to be heard, or to break out of a text. */
const HOSTILE = [
  '<!here> <!channel> <@U012345> <https://evil.example|click> &lt;!here&gt;',
  '</b><script>alert(1)</script> <users/all> <a href="https://evil.example">x</a>',
  '**bold** [click](https://evil.example) `code` ```fence``` {{DATE(2017-02-14T06:00:00Z,SHORT)}} <at>all</at>',
  '\u202Egnp.exe\u202C \u0000\u0007\u001B[31m\r\n\t\uD800 \uFFFE \u{1F600}',
  '"}}]},"text":"injected"\\',
  'ࠀ漢字'.repeat(12),
];

/** Everything that an alert or an object can make long, with `what` in it. */
function everything(what: string, times: number) {
  const long = what.repeat(times);
  const many = <T>(make: (index: number) => T) => Array.from({ length: times }, (_, index) => make(index));
  const url = `https://runbooks.example.com/${encodeURIComponent(what.toWellFormed())}`;
  return {
    cluster: long,
    canary: `${long}/${long}`,
    message: long,
    virtualServices: many(() => `${long}/${long}`),
    commands: many((index) => ({ does: long, run: `kubectl ${long.slice(0, index * 50)}` })),
    weights: many(() => ({
      virtualService: long,
      route: long,
      before: [
        { to: long, weight: 99 },
        { to: what, weight: -1 },
      ],
      after: [{ to: long, weight: 0 }],
    })),
    residual: many(() => ({ kind: 'header-route', virtualService: long, route: long, what: long })),
    alert: {
      name: long,
      startsAt: '2026-03-04T05:06:07.000Z',
      labels: { service: long, [long.slice(0, 100)]: long },
      annotations: { runbook_url: url, dashboard_url: `javascript:${what}` },
      generatorUrl: `http://prometheus.example/graph?g0.expr=${encodeURIComponent(what.toWellFormed())}`,
    },
    by: long,
    why: long,
    revertedBy: long,
    ...(times % 2 === 0 ? { requestedBy: { name: long, reason: long } } : {}),
    pages: times % 2 === 0,
  };
}

describe.each(ROLLBACK_EVENT_TYPES)('what is told of %s', (type) => {
  it('fits into every service as it mostly is', () => {
    expect(problemsOfAll(someNews({ type }).notice)).toEqual([]);
  });

  it.each(HOSTILE)('fits into every service, and breaks out of no text, with %j', (hostile) => {
    for (const times of [1, 30]) {
      expect(problemsOfAll(someNews({ type, data: everything(hostile, times) }).notice)).toEqual([]);
    }
  });

  it('fits into every service where it has nothing to say', () => {
    const nothing = {
      cluster: '',
      canary: '',
      message: '',
      virtualServices: [],
      commands: [],
      weights: [],
      alert: {},
      sla: {},
    };

    expect(problemsOfAll(someNews({ type, data: nothing }).notice)).toEqual([]);
  });
});

/** What somebody who may put events on the bus could make of a report. */
function anyReport(what: string, times: number) {
  const long = what.repeat(times);
  const many = Array.from({ length: times }, () => long);
  return {
    window: { from: long, to: long },
    total: {
      rollbacks: { total: 1e21 },
      episodes: { met: -1, missed: 1e300, open: long, notCounted: 0.1, late: 1 },
      attainment: -1e300,
      errorBudget: { allowed: 1e300, left: -1e300 },
      alertToZero: { p50Ms: 1e300, p95Ms: -1e300 },
      stages: many.map((stage) => ({ stage, share: 1e300, p50Ms: 1e300 })),
    },
    hint: { kind: long, heldMs: 0, message: long },
    missingDays: many,
    page: `javascript:${what}`,
  };
}

describe('what is told of a week', () => {
  it('fits into every service as it mostly is', () => {
    expect(problemsOfAll(reportNews().notice)).toEqual([]);
  });

  it.each(HOSTILE)('fits into every service, and breaks out of no text, with %j', (hostile) => {
    for (const times of [1, 30, 1000]) {
      expect(problemsOfAll(reportNews({}, anyReport(hostile, times)).notice)).toEqual([]);
      expect(problemsOfAll(reportNews({}, anyReport(hostile, times), {}).notice)).toEqual([]);
    }
  });

  it.each([{}, { total: {}, before: 7 }, { total: 'odd', missingDays: 'odd', hint: [] }])(
    'fits into every service where it has nothing to say: %j',
    (odd) => {
      const nothing = {
        objective: undefined,
        targetMs: undefined,
        total: undefined,
        before: undefined,
        hint: undefined,
      };

      expect(problemsOfAll(reportNews({}, { ...nothing, ...odd }, {}).notice)).toEqual([]);
    },
  );
});

it('fits into every service, whatever stands in it', { timeout: 30_000 }, () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(
      fc.constantFrom(...ROLLBACK_EVENT_TYPES),
      text,
      fc.integer({ min: 1, max: 20 }),
      (type, what, times) => {
        expect(problemsOfAll(someNews({ type, data: everything(what, times) }).notice)).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});
