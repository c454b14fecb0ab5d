import { describe, expect, it } from 'vitest';
import type { RollbackEventType } from '#shared/contracts/events.ts';
import { formatGoogleChat } from '#shared/domain/notify/format-google-chat.ts';
import { pagerdutyCalls } from '#shared/domain/notify/format-pagerduty.ts';
import { escapeMrkdwn, formatSlack } from '#shared/domain/notify/format-slack.ts';
import { formatSms, formatSns } from '#shared/domain/notify/format-sns.ts';
import { formatTeams } from '#shared/domain/notify/format-teams.ts';
import { formatText } from '#shared/domain/notify/format-text.ts';
import type { RollbackNotice } from '#shared/domain/notify/notice.ts';
import type { Report } from '#shared/domain/report/report.ts';
import { someNews } from '#test/builders/news.ts';
import { anEmptyReport, aReport } from '#test/builders/report.ts';
import { reportNews } from '#test/builders/report-event.ts';

const annotations = {
  runbook_url: 'https://runbooks.example.com/payment?a=1&b=<2>',
  dashboard_url: 'https://grafana.example.com/d/canary',
};

/** As the service tells it: nothing is left to do after a good rollback. */
function completed(): RollbackNotice {
  const { event } = someNews();
  const alert = { ...(event.data['alert'] as object), annotations };
  const message = 'The canary payment-svc.production.svc.cluster.local/v2 is at 0.';
  return someNews({ data: { commands: [], residual: [], message, alert } }).notice;
}

/** What a person has to mend, with a command for a shell. */
function refused(): RollbackNotice {
  const run = `kubectl --context prod -n production patch virtualservices.networking.istio.io payment-svc --type=json -p '[{"op":"test","path":"/spec/http/1/route/0/weight","value":1}]'`;
  return someNews({
    type: 'RollbackRefused',
    data: {
      message: 'Nothing says whether v1 or v2 is the canary of production/payment-svc.',
      commands: [{ does: 'if v2 is the canary: take it to zero', run }],
      weights: [],
      pages: true,
    },
  }).notice;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

describe.each([
  ['a good rollback', completed()],
  ['a refused one', refused()],
])('%s', (name, notice) => {
  const file = (format: string) => `formats/${name.replaceAll(' ', '-')}.${format}`;

  it.each<[string, string]>([
    ['slack.json', json(formatSlack(notice))],
    ['teams.json', json(formatTeams(notice))],
    ['google-chat.json', json(formatGoogleChat(notice))],
    ['pagerduty.json', json(pagerdutyCalls(notice))],
    ['mail.txt', `${formatSns(notice).subject}\n\n${formatText(notice)}`],
    ['sms.txt', `${formatSms(notice)}\n`],
  ])('is told as %s', async (format, told) => {
    await expect(told).toMatchFileSnapshot(file(format));
  });
});

describe.each([
  ['a missed week', reportNews().notice],
  ['a good week', reportNews({ total: goodWeek(), hint: undefined }).notice],
  ['a week without anything', reportNews(anEmptyReport()).notice],
])('the report of %s', (name, notice) => {
  const file = (format: string) => `formats/${name.replaceAll(' ', '-')}.${format}`;

  it.each<[string, string]>([
    ['slack.json', json(formatSlack(notice))],
    ['teams.json', json(formatTeams(notice))],
    ['google-chat.json', json(formatGoogleChat(notice))],
    ['mail.txt', `${formatSns(notice).subject}\n\n${formatText(notice)}`],
    ['sms.txt', `${formatSms(notice)}\n`],
  ])('is told as %s', async (format, told) => {
    await expect(told).toMatchFileSnapshot(file(format));
  });

  it('makes no alert and no change in PagerDuty', () => {
    expect(pagerdutyCalls(notice)).toEqual([]);
  });
});

function goodWeek(): Report['total'] {
  const { total } = aReport();
  return {
    ...total,
    episodes: { ...total.episodes, met: 200, missed: 1, late: 0 },
    attainment: 200 / 201,
    errorBudget: { allowed: 2, spent: 1, left: 1 },
  };
}

describe('a command', () => {
  const { run } = refused().commands[0] ?? { run: '' };

  it('is told so that it can be copied as it is', () => {
    expect(JSON.stringify(formatSlack(refused()))).toContain(JSON.stringify(run).slice(1, -1));
    expect(JSON.stringify(formatTeams(refused()))).toContain(JSON.stringify(run).slice(1, -1));
    expect(JSON.stringify(pagerdutyCalls(refused()))).toContain(JSON.stringify(run).slice(1, -1));
    expect(formatText(refused())).toContain(`    ${run}\n`);
  });

  it('that is longer than a message takes is not cut: a part of it could do something else', () => {
    const long = { does: 'take it to zero', run: `kubectl ${'x'.repeat(30_000)}` };
    const notice = { ...refused(), commands: [long, ...refused().commands] };

    for (const told of [formatSlack(notice), formatTeams(notice), formatGoogleChat(notice), formatText(notice)]) {
      expect(JSON.stringify(told)).not.toContain('xxx');
      expect(JSON.stringify(told)).toContain('if v2 is the canary');
    }
  });
});

describe('Slack', () => {
  it('reads no mention and no link in what it shows on a phone', () => {
    expect(escapeMrkdwn('<!here> & <https://evil.example|x>')).toBe(
      '&lt;!here&gt; &amp; &lt;https://evil.example|x&gt;',
    );
    const { notice } = someNews({ data: { canary: '<!channel>.example.com' } });

    expect(formatSlack(notice).text).toContain('&lt;!channel&gt;.example.com');
  });

  const dates = (data: Record<string, unknown>) =>
    JSON.stringify(formatSlack(someNews({ data }).notice)).match(/\{"type":"date".*?"\}/g) ?? [];

  it('shows times in the zone of the reader, and in UTC where it cannot', () => {
    const message = 'It is tried again each minute until 2026-03-04T06:00:00.500Z, and not later.';

    expect(dates({ message }).map((date) => JSON.parse(date))).toEqual([
      {
        type: 'date',
        timestamp: Date.parse('2026-03-04T05:06:07Z') / 1000,
        format: '{date_short_pretty} at {time_secs}',
        fallback: '2026-03-04T05:06:07.000Z',
      },
      expect.objectContaining({ timestamp: 1_772_604_000, fallback: '2026-03-04T06:00:00.500Z' }),
    ]);
  });

  it.each(['2026-13-45T99:00:00Z', '0001-01-01T00:00:00Z', '2026-03-04'])(
    'leaves %s as it is: it is no time',
    (time) => {
      const { notice } = someNews({ data: { message: `until ${time}`, alert: { name: 'a', startsAt: time } } });

      expect(dates({ message: `until ${time}`, alert: { name: 'a', startsAt: time } })).toEqual([]);
      expect(JSON.stringify(formatSlack(notice))).toContain(`until ${time}`);
    },
  );
});

describe('PagerDuty', () => {
  const callsOf = (type: RollbackEventType, data: Record<string, unknown> = {}) =>
    pagerdutyCalls(someNews({ type, data }).notice).map(({ body }) =>
      'event_action' in body ? `${body.event_action} ${body.dedup_key}` : 'change',
    );

  it.each<[RollbackEventType, Record<string, unknown>, string[]]>([
    ['RollbackCompleted', { pages: false }, ['resolve weightless/a1b2c3', 'change']],
    ['RollbackCompleted', { pages: true }, ['trigger weightless/a1b2c3']],
    ['RollbackRefused', { pages: true }, ['trigger weightless/a1b2c3']],
    ['RollbackFailed', { pages: true }, ['trigger weightless/a1b2c3']],
    ['RollbackSlaBreached', { outcome: 'failed', pages: true }, ['trigger weightless/a1b2c3']],
    ['RollbackSlaBreached', { outcome: 'rolled-back', pages: true }, ['trigger weightless-sla/a1b2c3']],
    ['RollbackSuggested', { pages: true }, ['trigger weightless/a1b2c3']],
    ['RollbackSuggested', { pages: false }, []],
    ['RollbackSkipped', { outcome: 'already-zero' }, ['resolve weightless/a1b2c3']],
    ['RollbackSkipped', { outcome: 'observed' }, []],
    ['RollbackUnverified', { pages: true }, ['trigger weightless/a1b2c3']],
    ['RollbackReverted', { pages: true }, ['trigger weightless/a1b2c3']],
    ['RollbackReverted', { pages: false }, ['change']],
    ['RollbackReasserted', { pages: false }, ['resolve weightless/a1b2c3', 'change']],
    ['RollbackVerified', { pages: false }, ['resolve weightless/a1b2c3']],
    ['RollbackRestored', { pages: false }, ['resolve weightless/a1b2c3', 'resolve weightless-sla/a1b2c3', 'change']],
    ['HoldReleased', { pages: false }, ['resolve weightless/a1b2c3', 'resolve weightless-sla/a1b2c3', 'change']],
    ['AlertResolved', { pages: false }, ['resolve weightless/a1b2c3', 'resolve weightless-sla/a1b2c3']],
  ])('gets of %s with %j: %j', (type, data, calls) => {
    expect(callsOf(type, data)).toEqual(calls);
  });

  it('wakes by its severity', () => {
    const severityOf = (type: RollbackEventType, outcome: string) =>
      pagerdutyCalls(someNews({ type, data: { outcome, pages: true } }).notice).map(
        ({ body }) => 'payload' in body && 'severity' in body.payload && body.payload.severity,
      );

    expect(severityOf('RollbackFailed', 'failed')).toEqual(['critical']);
    expect(severityOf('RollbackSlaBreached', 'rolled-back')).toEqual(['warning']);
  });
});

describe('a text message', () => {
  const { notice } = someNews();

  it('is one of 160 places and the link, whole', () => {
    const sms = formatSms({ ...notice, canary: `${'a'.repeat(300)}.production.svc.cluster.local/v2` });
    const [link = '', ...words] = sms.split(' ').reverse();

    expect(link).toBe('https://weightless.example.com/rollbacks/a1b2c3');
    expect(words.reverse().join(' ').length).toBeLessThanOrEqual(160);
  });

  it('has no link where the link alone would be more than a message', () => {
    const links = [{ name: 'Rollback', url: `https://weightless.example.com/${'a'.repeat(200)}` }];

    expect(formatSms({ ...notice, links })).not.toContain('https');
  });

  it('says a question mark for what telephones of the alphabet do not have', () => {
    expect(formatSms({ ...notice, canary: '漢.example.com', links: [] })).toContain('?.example.com');
  });

  it('counts for two what takes two places', () => {
    const sms = formatSms({ ...notice, canary: `${'{'.repeat(110)}.example.com`, links: [] });

    expect(sms.length).toBeLessThan(160);
    expect([...sms].length + [...sms].filter((one) => one === '{').length).toBeLessThanOrEqual(160);
  });
});
