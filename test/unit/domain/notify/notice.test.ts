import { describe, expect, it } from 'vitest';
import type { RollbackEventType } from '#shared/contracts/events.ts';
import { rollbackPage } from '#shared/contracts/page-urls.ts';
import { readNotice } from '#shared/contracts/read-notice.ts';
import { alertLinks } from '#shared/domain/alert-links.ts';
import { type ChannelFilter, passes } from '#shared/domain/notify/channel-filter.ts';
import { channelUrl, type HostedChannel, hostsOf } from '#shared/domain/notify/channel-url.ts';
import { clip, oneLine, readable } from '#shared/domain/notify/clip.ts';
import { webLink } from '#shared/domain/notify/notice.ts';
import { adviceOf, factsOf, headlineOf } from '#shared/domain/notify/notice-words.ts';
import { seconds } from '#shared/domain/notify/seconds.ts';
import { someNews } from '#test/builders/news.ts';

type Data = Record<string, unknown>;
const noticeOf = (type: RollbackEventType, data: Data = {}) => someNews({ type, data }).notice;
const factOf = (type: RollbackEventType, name: string, data: Data = {}) =>
  factsOf(noticeOf(type, data)).find((fact) => fact.name === name)?.value;

describe('the headline', () => {
  it.each<[RollbackEventType, Data, string]>([
    ['RollbackCompleted', {}, 'Rolled back: payment-svc.production/v2 is at 0 after 4.0 s'],
    ['RollbackCompleted', { sla: {} }, 'Rolled back: payment-svc.production/v2 is at 0'],
    ['RollbackCompleted', { pages: true }, 'Rolled back, but users can still reach it: payment-svc.production/v2'],
    ['RollbackSuggested', {}, 'Decide: payment-svc.production/v2 breaches its SLO and was not rolled back'],
    [
      'RollbackSuggested',
      { reason: 'contested' },
      'Decide: payment-svc.production/v2 was put back again and again, and is left so',
    ],
    [
      'RollbackSuggested',
      { reason: 'already-acted' },
      'Decide: payment-svc.production/v2 breaches its SLO again after its hold',
    ],
    ['RollbackSkipped', {}, 'Already at 0: payment-svc.production/v2'],
    ['RollbackSkipped', { outcome: 'observed' }, 'Nothing was changed: payment-svc.production/v2'],
    ['RollbackRefused', {}, 'NOT rolled back, act now: payment-svc.production/v2 (refused)'],
    ['RollbackFailed', { canary: '-' }, 'NOT rolled back, act now: the canary of alert CanaryErrorRate (failed)'],
    ['RollbackFailed', { canary: 'api.example.com' }, 'NOT rolled back, act now: api.example.com (failed)'],
    ['RollbackSlaBreached', {}, 'SLA missed: payment-svc.production/v2 is still not at 0'],
    [
      'RollbackSlaBreached',
      { outcome: 'rolled-back', sla: { alertToZeroMs: 72_000 } },
      'SLA missed: payment-svc.production/v2 was at 0 after 72 s',
    ],
    ['RollbackReverted', {}, 'Somebody put the weight back: payment-svc.production/v2'],
    ['RollbackReasserted', {}, 'At 0 again: somebody had put payment-svc.production/v2 back'],
    ['RollbackRestored', {}, 'Restored: payment-svc.production/v2 has its weight again'],
    ['HoldReleased', {}, 'Hold released: payment-svc.production/v2'],
    ['RollbackUnverified', {}, 'At 0, but requests still arrive: payment-svc.production/v2'],
    ['RollbackVerified', {}, 'No request arrives any more: payment-svc.production/v2 is at 0'],
    ['AlertResolved', {}, 'Alert resolved: payment-svc.production/v2'],
  ])('of %s with %j is: %s', (type, data, headline) => {
    expect(headlineOf(noticeOf(type, data))).toBe(headline);
  });

  it('of an event that this version does not know names it', () => {
    expect(headlineOf({ ...noticeOf('AlertResolved'), type: 'constructor' })).toBe(
      'constructor: payment-svc.production/v2',
    );
  });
});

describe('the facts', () => {
  it('say from which weight to which, as a share where the sum is one', () => {
    expect(factOf('RollbackCompleted', 'Weight')).toBe('99 % → 0 % (production/payment-svc http[1])');
    const to = 'payment-svc.production.svc.cluster.local/v2';
    const change = (before: number, rest: number) => ({
      virtualService: 'a/b',
      route: 'r',
      before: [
        { to, weight: before },
        { to: 'other', weight: rest },
      ],
      after: [
        { to, weight: 0 },
        { to: 'other', weight: before + rest },
      ],
    });
    const mirror = {
      virtualService: 'a/b',
      route: 'r mirror',
      before: [{ to, weight: 5 }],
      after: [{ to, weight: 0 }],
    };

    expect(factOf('RollbackCompleted', 'Weight', { weights: [change(1, 4), mirror] })).toBe(
      '1 of 5 → 0 of 5 (a/b r); 5 → 0 (a/b r mirror)',
    );
  });

  it('say how long it took against the SLA', () => {
    const sla = { targetMs: 60_000, alertToZeroMs: 72_000, met: false };

    expect(factOf('RollbackCompleted', 'Time')).toBe('4.0 s from alert to 0; the SLA is 60 s, met');
    expect(factOf('RollbackCompleted', 'Time', { sla })).toBe(
      '72 s from alert to 0, 4.0 s of it before we were told; the SLA is 60 s, MISSED',
    );
    expect(factOf('RollbackCompleted', 'Time', { sla: { alertToZeroMs: 1 } })).toBe('0.0 s from alert to 0');
    expect(factOf('RollbackFailed', 'Time')).toBe('not rolled back; the SLA is 60 s');
    expect(factOf('RollbackSkipped', 'Time')).toBe('at 0 already, not by us; the SLA is 60 s');
  });

  it('say who still reaches the canary', () => {
    const still = (data: Data, type: RollbackEventType = 'RollbackCompleted') => factOf(type, 'Still reaches it', data);

    expect(still({})).toBe('requests with the header of route testers still reach the canary');
    expect(still({ residual: [] })).toBe('nobody');
    expect(still({ residual: 'unknown' })).toBe('not known: the cluster did not say in time');
    expect(still({}, 'RollbackRefused')).toBe('everybody whom its weight sends there');
  });

  it.each<[RollbackEventType, Data]>([
    ['RollbackReverted', {}],
    ['RollbackRestored', {}],
    ['RollbackSuggested', { outcome: 'rolled-back', reason: 'contested' }],
  ])('say of %s with %j that everybody reaches it, and what was true at the rollback only', (type, data) => {
    expect(factOf(type, 'Still reaches it', data)).toBe('everybody whom its weight sends there');
    expect(factOf(type, 'Weight at the rollback', data)).toMatch(/^99 % → 0 %/);
    expect(factOf(type, 'Time at the rollback', { ...data, sla: { alertToZeroMs: 1 } })).toMatch(/^0\.0 s from alert/);
    expect(factOf(type, 'Weight', data)).toBeUndefined();
  });

  it('do not say of an end what is not known: whether it was put back before', () => {
    const data = { outcome: 'rolled-back' };

    expect(factOf('HoldReleased', 'Still reaches it', data)).toMatch(/^everybody whom its weight sends there/);
    expect(factOf('HoldReleased', 'Weight at the rollback', data)).toMatch(/^99 %/);
    expect(factOf('AlertResolved', 'Still reached it at the rollback', data)).toMatch(/^requests with the header/);
    expect(factOf('AlertResolved', 'Still reaches it', { outcome: 'refused' })).toMatch(/^everybody/);
  });

  it('say who asked for it by hand, and nothing of an alert', () => {
    const data = { requestedBy: { name: 'alice', reason: 'v2 leaks' } };

    expect(factOf('RollbackCompleted', 'Asked for', data)).toBe('by alice, at 2026-03-04T05:06:07.000Z: v2 leaks');
    expect(factOf('RollbackCompleted', 'Time', data)).toBe('4.0 s from asking to 0');
    expect(factOf('RollbackRefused', 'Time', data)).toBe('not rolled back');
    expect(factOf('RollbackCompleted', 'Alert', data)).toBeUndefined();
  });

  it('say who did it and why, where the event does', () => {
    const { notice } = someNews({ type: 'RollbackRestored' });
    const asked = factsOf(notice).slice(0, 2);
    const arriving = factOf('RollbackUnverified', 'Still arriving');

    expect(asked).toEqual([
      { name: 'By', value: 'alice' },
      { name: 'Why', value: 'v2 is mended' },
    ]);
    expect(factOf('RollbackReverted', 'By')).toBe('argocd-controller');
    expect(arriving).toBe('1.5 requests/s');
  });

  it('say that the canary is not known, and since when the alert fires', () => {
    expect(factOf('RollbackRefused', 'Canary', { canary: '-' })).toBe('not known, cluster production-eu');
    expect(factOf('RollbackRefused', 'Alert')).toBe('CanaryErrorRate, since 2026-03-04T05:06:07.000Z');
    expect(factOf('RollbackRefused', 'Alert', { alert: 'none' })).toBe(', since an unknown time');
  });
});

describe('the advice', () => {
  it('is to run the command, or to open the page where there is none', () => {
    expect(adviceOf(noticeOf('RollbackRefused'))).toBe('Do now:');
    expect(adviceOf(noticeOf('RollbackCompleted'))).toBe('To look at it:');
    expect(adviceOf({ ...noticeOf('RollbackRefused'), commands: [] })).toMatch(/^Open the page/);
    expect(adviceOf({ ...noticeOf('RollbackCompleted'), commands: [] })).toMatch(/^Users are safe/);
    expect(adviceOf({ ...noticeOf('AlertResolved'), commands: [], onlyLooks: true })).toBe('');
  });

  it('calls nothing a thing to do that only shows something', () => {
    expect(adviceOf(noticeOf('RollbackReasserted', { commands: [] }))).toBe('To look at it:');
    expect(adviceOf(noticeOf('RollbackCompleted', { commands: [] }))).toMatch(/^Users are safe.* To look at it:$/);
    expect(adviceOf(noticeOf('RollbackCompleted', { commands: [], residual: 'unknown' }))).toBe('To look at it:');
  });

  it('is not to do what the record says once the alert has resolved', () => {
    expect(adviceOf(noticeOf('AlertResolved'))).toBe('To look at it:');
    expect(noticeOf('AlertResolved').commands.map(({ does }) => does)).toEqual(['show production/payment-svc']);
  });

  it('is to look at all VirtualServices where somebody is woken and none is known', () => {
    const { commands } = noticeOf('RollbackFailed', { commands: [], virtualServices: [] });

    expect(commands.map(({ run }) => run)).toEqual(['kubectl get virtualservices.networking.istio.io -A']);
  });

  it('is to look at the VirtualServices where the event has no command', () => {
    const { commands } = noticeOf('RollbackCompleted', { commands: [], virtualServices: ['shop/pay', 'odd', 'a/b/c'] });

    expect(commands.map(({ run }) => run)).toEqual([
      'kubectl -n shop get virtualservices.networking.istio.io pay -o yaml',
    ]);
  });
});

describe('a notice', () => {
  it('is read from whatever an event holds', () => {
    const { event } = someNews();
    const data = {
      rollbackId: 'r',
      cluster: 'c',
      canary: '-',
      weights: 'odd',
      residual: 7,
      alert: null,
      commands: [1],
    };

    expect(readNotice({ ...event, data }, {})).toMatchObject({ weights: [], residual: [], commands: [], links: [] });
  });

  it('is severe by its type and by whether somebody must be woken', () => {
    const severityOf = (type: RollbackEventType, pages: boolean) => noticeOf(type, { pages }).severity;

    expect(severityOf('RollbackFailed', false)).toBe('critical');
    expect(severityOf('RollbackCompleted', true)).toBe('critical');
    expect(severityOf('RollbackSlaBreached', true)).toBe('warning');
    expect(severityOf('RollbackReasserted', false)).toBe('warning');
    expect(severityOf('RollbackCompleted', false)).toBe('info');
  });

  it('wakes nobody for the refusal of what somebody has just asked for by hand', () => {
    const data = { pages: false, requestedBy: { name: 'alice', reason: 'v2 leaks' } };

    expect(noticeOf('RollbackRefused', data).severity).toBe('warning');
    expect(noticeOf('RollbackFailed', { ...data, pages: true }).severity).toBe('critical');
  });

  it('links to its page, the runbook, the dashboard and the query', () => {
    const annotations = { runbook_url: 'https://runbooks.example.com/x', dashboard_url: 'http://grafana.example/d' };
    const alert = { name: 'a', labels: {}, startsAt: '', annotations, generatorUrl: 'http://prometheus.example/graph' };

    expect(noticeOf('RollbackCompleted', { alert }).links).toEqual([
      { name: 'Rollback', url: 'https://weightless.example.com/rollbacks/a1b2c3' },
      { name: 'Runbook', url: 'https://runbooks.example.com/x' },
      { name: 'Dashboard', url: 'http://grafana.example/d' },
      { name: 'Query', url: 'http://prometheus.example/graph' },
    ]);
    expect(rollbackPage('https://weightless.example.com/prod//', 'a/b')).toBe(
      'https://weightless.example.com/prod/rollbacks/a%2Fb',
    );
  });

  it('links to what the page links to, by the other names of the annotations as well', () => {
    const annotations = {
      runbook_url: '',
      runbook: 'https://runbooks.example.com/x',
      dashboard: 'http://grafana.example/d',
    };
    const alert = { name: 'a', labels: {}, startsAt: '', annotations };

    expect(noticeOf('RollbackCompleted', { alert }).links.slice(1)).toEqual(alertLinks({ annotations }));
    expect(alertLinks({ annotations }).map(({ url }) => url)).toEqual([annotations.runbook, annotations.dashboard]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:pass@example.com',
    '/relative',
    '',
    `https://x.example/${'a'.repeat(2000)}`,
  ])('does not link to %s', (url) => {
    expect(webLink('Runbook', url)).toEqual([]);
  });
});

describe('the filter of a channel', () => {
  it.each<[ChannelFilter | undefined, RollbackEventType, Data, boolean]>([
    [undefined, 'RollbackCompleted', {}, true],
    [{}, 'RollbackCompleted', {}, true],
    [{ types: ['RollbackFailed'] }, 'RollbackCompleted', {}, false],
    [{ types: ['RollbackFailed'] }, 'RollbackFailed', {}, true],
    [{ severities: ['critical'] }, 'RollbackFailed', {}, true],
    [{ severities: ['critical'] }, 'RollbackCompleted', {}, false],
    [{ services: ['payment-svc'] }, 'RollbackCompleted', {}, true],
    [{ services: ['payment-svc.production'] }, 'RollbackCompleted', {}, true],
    [{ services: ['payment-svc.production.svc.cluster.local'] }, 'RollbackCompleted', {}, true],
    [{ services: ['payment'] }, 'RollbackCompleted', {}, false],
    [{ services: ['api.example.com'] }, 'RollbackCompleted', { canary: 'api.example.com/v2' }, true],
    // The canary is not known, and the alert names the service.
    [{ services: ['payment-svc'] }, 'RollbackRefused', { canary: '-' }, true],
    [{ services: ['checkout'] }, 'RollbackRefused', { canary: '-' }, false],
    // Nothing is known: somebody has to hear of it.
    [{ services: ['checkout'] }, 'RollbackRefused', { canary: '-', alert: {} }, true],
  ])('%j lets %s with %j through: %s', (filter, type, data, expected) => {
    expect(passes(filter, noticeOf(type, data))).toBe(expected);
  });
});

describe('the URL of a webhook', () => {
  it.each<[HostedChannel, string]>([
    ['slack', 'https://hooks.slack.com/services/T/B/x'],
    ['slack', ' https://hooks.slack.com/services/T/B/x\n'],
    ['teams', 'https://prod-23.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x'],
    [
      'teams',
      'https://default1.ab.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1?sig=x',
    ],
    ['google-chat', 'https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t'],
  ])('of %s is %s', (type, url) => {
    expect(channelUrl(type, url)?.protocol).toBe('https:');
  });

  it.each<[HostedChannel, string]>([
    ['slack', 'http://hooks.slack.com/services/T/B/x'],
    ['slack', 'https://hooks.slack.com.evil.example/services/T/B/x'],
    ['slack', 'https://evil.example/hooks.slack.com'],
    ['slack', 'https://hooks.slack.com:8443/services'],
    ['slack', 'https://user:pass@hooks.slack.com/services'],
    ['slack', 'http://127.0.0.1:8080/'],
    ['teams', 'https://logic.azure.com/workflows'],
    ['teams', 'https://evillogic.azure.com/workflows'],
    ['teams', 'https://example.webhook.office.com/webhookb2/1'],
    ['google-chat', 'https://169.254.169.254/latest/meta-data'],
    ['google-chat', 'nonsense'],
  ])('of %s is not %s', (type, url) => {
    expect(channelUrl(type, url)).toBeUndefined();
  });

  it('is said in words where it is wrong', () => {
    expect(hostsOf('teams')).toContain('*.logic.azure.com');
    expect(hostsOf('google-chat')).toBe('chat.googleapis.com');
  });
});

describe('text', () => {
  it('is cut between characters', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abcd', 3)).toBe('ab…');
    expect(clip('a\u{1F600}\u{1F600}', 4)).toBe('a\u{1F600}…');
    expect(clip('a\u{1F600}\u{1F600}', 3)).toBe('a…');
    expect(clip('\uD800', 3)).toBe('\uFFFD');
  });

  it('loses what a terminal or a reader could be led astray by', () => {
    expect(readable('a\u0000\u001B[31m\tb\n\u202Ec')).toBe('a[31m\tb\nc');
    expect(oneLine('  a\n\n b\t')).toBe('a b');
  });

  it('says times as people do', () => {
    expect([0, 4020, 60_000, 599_499, 900_000, -5000].map(seconds)).toEqual([
      '0.0 s',
      '4.0 s',
      '60 s',
      '599 s',
      '15 min',
      '-5.0 s',
    ]);
  });
});
