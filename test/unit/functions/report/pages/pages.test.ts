import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '#functions/report/pages/document.ts';
import { reportPage } from '#functions/report/pages/report-page.ts';
import { rollbackPage } from '#functions/report/pages/rollback-page.ts';
import { parseWindow } from '#shared/domain/report/report-window.ts';
import { aBreach, anEmptyReport, aReport, REPORT_TO } from '#test/builders/report.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { readMarkup } from '#test/doubles/markup.ts';
import { hostileRecord } from '#test/screenshots/hostile.ts';
import { pageStates } from '#test/screenshots/page-states.ts';

const STATES = Object.entries(pageStates());
const report = (overrides = {}) => reportPage(aReport(overrides), [], REPORT_TO).markup;
const rollback = (overrides = {}) => rollbackPage(aRollbackRecord(overrides), REPORT_TO).markup;

describe.each(STATES)('the page %s', (_state, markup) => {
  it('is well-formed, with each id once', () => {
    expect(readMarkup(markup).problems).toEqual([]);
  });

  it('holds no script, no style of a single element, and no event handler', () => {
    const { elements } = readMarkup(markup);

    const attributes = elements.flatMap((element) => [...element.attributes.keys()]);
    expect(elements.filter(({ name }) => ['script', 'img', 'iframe', 'form'].includes(name))).toEqual([]);
    expect(attributes.filter((name) => name === 'style' || name.startsWith('on'))).toEqual([]);
  });

  it('links to nothing but pages, and to what there is on this one', () => {
    const { elements } = readMarkup(markup);

    const links = elements.flatMap(({ attributes }) => attributes.get('href') ?? []);
    const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? []);
    expect(links.filter((link) => !/^(\/|https?:\/\/)/.test(link) && !ids.includes(link.slice(1)))).toEqual([]);
  });

  it('says each chart in words and has its numbers in a table', () => {
    const { elements } = readMarkup(markup);
    const named = new Map(
      elements.flatMap(({ name, attributes }) => (attributes.has('id') ? [[attributes.get('id'), name]] : [])),
    );

    const charts = elements.filter(({ attributes }) => attributes.get('role') === 'img');
    const figures = markup
      .split('<figure>')
      .slice(1)
      .map((text) => text.slice(0, text.indexOf('</figure>')));
    const named2 = charts.map(({ attributes }) =>
      attributes
        .get('aria-labelledby')
        ?.split(' ')
        .map((id) => named.get(id)),
    );
    expect(named2).toEqual(charts.map(() => ['title', 'desc']));
    expect(figures).toHaveLength(charts.length);
    expect(figures.filter((text) => !/<desc id="[^"]+">[^<]{20,}<\/desc>[\s\S]*<table>[\s\S]*<td/.test(text))).toEqual(
      [],
    );
  });
});

describe('the policy of the pages', () => {
  it('lets nothing in but the very style that they carry', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(report())?.[1] ?? '';

    const hash = createHash('sha256').update(style).digest('base64');
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
    expect(CONTENT_SECURITY_POLICY).toContain(`style-src 'sha256-${hash}'`);
    expect(CONTENT_SECURITY_POLICY).not.toContain('unsafe');
  });
});

describe('the page of a report', () => {
  it('says first how the objective stands, with the figures', () => {
    const page = report();

    expect(page).toContain('<h1>Rollback SLA, last 7 days</h1>');
    expect(page).toMatch(
      /156 of 162\u00a0episodes had the canary at zero in time .*✗ 96\.29\u00a0%, under the objective of 99\u00a0%/,
    );
    expect(page).toContain(
      '<dd class="big bad">5 over</dd><dd class="soft small">6\u00a0episodes missed of 1 allowed</dd>',
    );
  });

  it('never rounds a miss away', () => {
    const total = { ...aReport().total, attainment: 0.999999 };

    expect(report({ total })).toContain('99.99\u00a0%');
    expect(report({ total })).not.toContain('<dd class="big good">100');
  });

  it('names the windows, and marks the one that is shown', () => {
    const page = report({ filter: { service: 'a&b' } });

    expect(page).toContain('<a href="/?window=7d&amp;service=a%26b" aria-current="page">7 days</a>');
    expect(page).toContain('<a href="/?window=90d&amp;service=a%26b">90 days</a>');
  });

  it.each([
    ['7d', aReport().window],
    [
      '2026-03-01/2026-03-31',
      { name: 'custom', from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' } as const,
    ],
  ])('asks for the window that it shows wherever it links to another view of it: %s', (text, window) => {
    const page = report({ window, filter: { cluster: 'eu' } });

    const windows = readMarkup(page).elements.flatMap(({ attributes }) => {
      const href = new URL((attributes.get('href') ?? '').replaceAll('&amp;', '&'), 'https://weightless.example');
      return href.searchParams.getAll('window');
    });
    expect(windows.filter((one) => parseWindow(one, Date.UTC(2026, 3, 2)).kind === 'wrong')).toEqual([]);
    // Of two services, JSON and CSV, and of everything.
    expect(windows.filter((one) => one === text).length).toBeGreaterThanOrEqual(5);
  });

  it('links to the report as JSON and as CSV', () => {
    const page = report({ filter: { service: 'pay' } });

    expect(page).toContain('<a href="/v1/report?window=7d&amp;service=pay">JSON</a>');
    expect(page).toContain('<a href="/v1/report?window=7d&amp;service=pay&amp;format=csv">CSV</a>');
  });

  it('tells what the reader can mend, where there is something', () => {
    const { hint, ...without } = aReport();

    expect(report()).toContain('Alertmanager held these alerts for 30 s: set group_wait: 0s on their route');
    expect(reportPage(without, [], REPORT_TO).markup).not.toContain('You can make this faster');
  });

  it('says which days are in no figure yet', () => {
    expect(report({ missingDays: ['2026-03-07'] })).toContain('1\u00a0day not added up so far: 2026-03-07');
  });

  it('lists every breach, all but the newest behind a click, and says how many more there are', () => {
    const listed = Array.from({ length: 40 }, (_, index) => aBreach({ rollbackId: `miss-${index}` }));

    const page = report({ breaches: { listed, leftOut: 7 } });

    const [seen = '', folded = ''] = page.split('<details class="more"><summary>15 more, all older</summary>');
    expect(seen.match(/\/rollbacks\/miss-/g)).toHaveLength(25);
    expect(folded.match(/\/rollbacks\/miss-/g)).toHaveLength(15);
    expect(page).toContain('7 more are in the figures and not listed');
    expect(page).toContain('<a href="/v1/rollbacks?sla=missed&amp;from=2026-03-02T00%3A00%3A00.000Z&amp;to=');
  });

  it('names the last rollback before all figures', () => {
    const page = reportPage(aReport(), [aRollbackRecord({ id: 'new' }), aRollbackRecord()], REPORT_TO).markup;

    expect(page.indexOf('<a href="/rollbacks/new">')).toBeLessThan(page.indexOf('Attainment</dt>'));
    expect(page).toContain('<a href="#recent">The 2 received last</a>');
  });

  it('says that nothing happened, without a chart', () => {
    const page = reportPage(anEmptyReport(), [], REPORT_TO).markup;

    expect(page).toContain('No episode counted in this window');
    expect(page).toContain('Nothing has been rolled back yet');
    expect(page).not.toContain('<figure>');
  });

  it('links each of the last rollbacks to its page', () => {
    const page = reportPage(aReport(), [aRollbackRecord({ id: 'x/y' })], REPORT_TO).markup;

    expect(page).toContain('<a href="/rollbacks/x%2Fy">payment-svc/v2</a>');
  });

  it.each([
    ['payment-svc.staging.svc.cluster.local/v2', 'production-eu', 'production-eu / staging'],
    ['payments.example.com', 'production-eu', 'production-eu'],
    ['payment-svc.staging.svc.cluster.local/v2', '-', 'an unknown cluster / staging'],
    ['-', '-', 'an unknown cluster'],
  ])('says where each of the last rollbacks was, as the same name may be in two namespaces: %s in %s', (...parts) => {
    const [canary, cluster, where] = parts;

    const page = reportPage(aReport(), [aRollbackRecord({ canary, cluster })], REPORT_TO).markup;

    expect(page).toContain(`CanaryErrorRate in ${where}, received`);
  });
});

describe('the page of a rollback', () => {
  it('shows the weights of each destination before and after, the canary’s named', () => {
    const page = rollback();

    expect(page).toContain('payment-svc/v2 (canary): 99 → 0');
    expect(page).toMatch(
      /<th scope="row">payment-svc\/v1<\/th>(<td[^>]*><span>(1|1\u00a0%|100|100\u00a0%)<\/span><\/td>){4}/,
    );
  });

  it('says what can still reach the canary, and loudly where it is users', () => {
    const residual = [
      { kind: 'unmanaged-virtual-service' as const, virtualService: 'a/b', route: 'c', what: 'a/b sends 5 %' },
    ];

    expect(rollback()).toContain('requests with the header of route testers still reach the canary');
    expect(rollback()).not.toContain('Users can still reach it');
    expect(rollback({ residual })).toContain('Users can still reach it');
    expect(rollback({ residual: 'unknown' })).toContain('the cluster could not be asked afterwards');
  });

  it('gives the command that restores what was rolled back, and none where nothing was', () => {
    const rolledBack = rollback({ outcome: 'rolled-back', reason: undefined });

    expect(rolledBack).toContain('<pre>weightless restore a1b2c3 --reason &#39;WHY&#39;</pre>');
    expect(rolledBack).toContain('kubectl -n production patch virtualservices.networking.istio.io payment-svc');
    expect(rolledBack).toContain('where kubectl talks to cluster production-eu');
    expect(rollback({ outcome: 'refused', reason: 'stable-not-ready' })).not.toContain('weightless restore');
  });

  it('gives kubectl the context of the cluster where the settings name it', () => {
    const record = aRollbackRecord({ outcome: 'rolled-back', reason: undefined, commands: [] });

    const page = rollbackPage(record, REPORT_TO, 'prod eu').markup;

    const calls = page.match(/kubectl (?=-)[^|]*?(?:get|patch)/g) ?? [];
    expect(calls).toHaveLength(4);
    expect(calls.filter((call) => !call.startsWith('kubectl --context &#39;prod eu&#39; -n production'))).toEqual([]);
    expect(page).not.toContain('where kubectl talks to');
  });

  it('says first what became of it since, and that its canary is reached again', () => {
    const { history } = aRollbackRecord();
    const restored = { kind: 'restored' as const, at: REPORT_TO, virtualService: 'production/payment-svc', by: 'bob' };

    const page = rollback({ outcome: 'rolled-back', reason: undefined, history: [...history, restored], residual: [] });

    expect(page).toContain(
      '<strong>Since then:</strong> The weights of production/payment-svc were brought back by bob',
    );
    expect(page).toContain('its weights were brought back.');
    expect(page).not.toContain('Nothing that we know of');
  });

  it('does not say of a canary that was at zero already that it is not', () => {
    const sla = { ...aRollbackRecord().sla, alertToZeroMs: undefined, met: undefined, count: 'not-counted' as const };

    const page = rollback({ outcome: 'already-zero', reason: 'at-zero', sla });

    expect(page).toContain('<strong>at zero when it came</strong>');
    expect(page).not.toContain('not at zero');
  });

  it('gives no command to restore what was restored', () => {
    const history = [{ kind: 'restored' as const, at: REPORT_TO, virtualService: 'production/payment-svc', by: 'bob' }];

    const page = rollback({ outcome: 'rolled-back', reason: undefined, history });

    expect(page).toContain('The weights of production/payment-svc were brought back by bob (RollbackRestored)');
    expect(page).not.toContain('<pre>weightless restore');
  });

  it('names who asked for it by hand, and no alert', () => {
    const page = rollback({ requestedBy: { name: 'alice', reason: 'v2 <fails>' } });

    expect(page).toContain('alice: “v2 &lt;fails&gt;”');
    expect(page).toContain('alice asked for it');
    expect(page).not.toContain('<h2>The alert</h2>');
  });

  it('tells what to do where a person has to', () => {
    const page = rollback({ outcome: 'refused', reason: 'stable-not-ready' });

    expect(page).toContain('The stable side has no ready endpoint.');
    expect(page).toContain('<pre>kubectl -n production patch virtualservices x -p &#39;[]&#39;</pre>');
  });

  it('makes no link of what is no web address', () => {
    const page = rollbackPage(hostileRecord(), REPORT_TO).markup;

    expect(page).toContain('javascript:alert(1)');
    expect(page).not.toMatch(/href="javascript:/i);
  });
});
