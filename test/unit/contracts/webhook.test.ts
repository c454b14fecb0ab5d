import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAX_ALERTS, parseWebhook, type Webhook } from '#shared/contracts/webhook.ts';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/alertmanager/${name}.json`, import.meta.url), 'utf8');
}

function webhookOf(text: string): Webhook {
  const parsed = parseWebhook(text);
  if (parsed.kind !== 'webhook') throw new Error(JSON.stringify(parsed));
  return parsed.webhook;
}

function problemsOf(body: unknown): Record<string, string> {
  const parsed = parseWebhook(typeof body === 'string' ? body : JSON.stringify(body));
  if (parsed.kind !== 'malformed') throw new Error(`It was taken: ${JSON.stringify(parsed)}`);
  return Object.fromEntries(parsed.problems.map(({ path, problem }) => [path, problem]));
}

const alertWith = (overrides: Record<string, unknown>) => ({ ...aRawAlert(), ...overrides });
const bodyWith = (overrides: Record<string, unknown>) => ({
  ...aWebhook(),
  alerts: [aRawAlert(), alertWith(overrides)],
});

describe('a webhook of a real Alertmanager', () => {
  it.each(['0.25', '0.31'])('of %s is read, firing', (version) => {
    const { alerts, truncatedAlerts } = webhookOf(fixture(`${version}-firing`));

    expect(truncatedAlerts).toBe(0);
    expect(alerts).toMatchObject([
      {
        status: 'firing',
        fingerprint: '6de87c554b1410dd',
        startsAt: Date.UTC(2026, 10, 21, 11, 38, 50, 79),
        labels: { destination_service_name: 'payment-svc', destination_version: 'v2', severity: 'critical' },
        generatorUrl: expect.stringMatching(/^http:\/\/prometheus/),
      },
    ]);
    // The zero time of a firing alert is no time.
    expect(alerts[0]).not.toHaveProperty('endsAt');
  });

  it.each(['0.25', '0.31'])('of %s is read, resolved and mixed', (version) => {
    const resolved = webhookOf(fixture(`${version}-resolved`)).alerts;
    const mixed = webhookOf(fixture(`${version}-mixed`)).alerts;

    expect(resolved).toMatchObject([{ status: 'resolved', endsAt: Date.UTC(2026, 10, 21, 11, 41, 5, 79) }]);
    expect(mixed.map(({ status }) => status)).toEqual(['resolved', 'firing']);
  });

  it('with the keys of 0.32 and 0.34 is read as the same', () => {
    const newer = webhookOf(fixture('0.34-firing'));

    expect(newer.alerts).toMatchObject([{ status: 'firing', fingerprint: '6de87c554b1410dd' }]);
    expect(JSON.stringify(newer)).not.toContain('first notification');
  });

  it('may leave out what older ones do', () => {
    const { truncatedAlerts, ...body } = aWebhook([aRawAlert()]);
    const [{ annotations, generatorURL, endsAt, ...alert } = aRawAlert()] = body.alerts;

    expect(webhookOf(JSON.stringify({ ...body, alerts: [alert] }))).toMatchObject({
      truncatedAlerts: 0,
      alerts: [{ annotations: {} }],
    });
  });

  it('tells how many alerts were left out of it', () => {
    expect(webhookOf(JSON.stringify(aWebhook([], { truncatedAlerts: 7 })))).toEqual({ alerts: [], truncatedAlerts: 7 });
  });

  it('may come from another time zone, with nanoseconds', () => {
    const startsAt = '2026-11-21T13:38:50.079123456+02:00';

    const { alerts } = webhookOf(JSON.stringify(aWebhook([aRawAlert({ startsAt })])));

    expect(alerts[0]?.startsAt).toBe(Date.UTC(2026, 10, 21, 11, 38, 50, 79));
  });
});

describe('a body that is none', () => {
  it.each(['', 'no', '{', '<html>', '{"version":"4",}'])('is refused as not JSON: %j', (text) => {
    expect(problemsOf(text)).toEqual({ '': 'the body is not JSON' });
  });

  it('does not say a name of megabytes again', () => {
    const labels = { ['k'.repeat(1_000_000)]: 1 };

    expect(Object.keys(problemsOf(bodyWith({ labels })))[0]?.length).toBeLessThan(1000);
  });

  it('is told to take out its custom payload', () => {
    expect(problemsOf({ text: 'v2 fails', channel: '#alerts' })['version']).toMatch(
      /version "4"; a custom payload: in the receiver makes another one, so take it out/,
    );
  });

  it.each([['3'], [4], [null]])('is refused for version %j', (version) => {
    expect(problemsOf({ ...aWebhook(), version })).toHaveProperty('version');
  });

  it.each([null, 7, 'text', [], [aWebhook()]])('is refused where JSON is %j', (body) => {
    expect(Object.keys(problemsOf(body)).length).toBeGreaterThan(0);
  });

  it.each<[string, unknown, string]>([
    ['status', 'pending', 'alerts[1].status'],
    ['labels', { severity: 1 }, 'alerts[1].labels.severity'],
    ['labels', undefined, 'alerts[1].labels'],
    ['annotations', [], 'alerts[1].annotations'],
    ['fingerprint', '', 'alerts[1].fingerprint'],
    ['fingerprint', '../../etc', 'alerts[1].fingerprint'],
    ['fingerprint', 'x'.repeat(129), 'alerts[1].fingerprint'],
    ['startsAt', 1_700_000_000, 'alerts[1].startsAt'],
    ['generatorURL', {}, 'alerts[1].generatorURL'],
  ])('is refused with the path of a wrong %s: %j', (key, value, path) => {
    const problems = problemsOf(bodyWith({ [key]: value }));

    expect(Object.keys(problems)).toEqual([path]);
    // In words: nobody can act on "Invalid input".
    expect(problems[path]).toMatch(/expected/i);
  });

  it.each([
    'yesterday',
    '2026-11-21',
    '2026-11-21 10:00:00Z',
    '2026-11-21T10:00:00',
    '2026-02-30T10:00:00Z',
    '2026-04-31T10:00:00+02:00',
    '2026-13-01T10:00:00Z',
    '2026-11-21T25:00:00Z',
    '2026-11-21T10:00:00+99:00',
    '1763719200',
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '',
  ])('is refused for a startsAt of %j', (startsAt) => {
    expect(problemsOf(bodyWith({ startsAt }))['alerts[1].startsAt']).toMatch(/expected (an RFC 3339 )?(the )?time/);
  });

  it('names every problem, up to twenty', () => {
    const alerts = Array.from({ length: 30 }, () => alertWith({ status: 'odd', startsAt: 'never' }));
    const parsed = parseWebhook(JSON.stringify({ ...aWebhook(), alerts }));

    expect(parsed).toMatchObject({ kind: 'malformed' });
    expect(parsed.kind === 'malformed' ? parsed.problems.length : 0).toBe(20);
  });

  it.each([-1, 1.5, '7'])('is refused for %j truncated alerts', (truncatedAlerts) => {
    expect(problemsOf({ ...aWebhook(), truncatedAlerts })).toHaveProperty('truncatedAlerts');
  });
});

describe('a hostile body', () => {
  it(`of more than ${MAX_ALERTS} alerts is counted, not read`, () => {
    const flood = { version: 'anything', alerts: Array.from({ length: MAX_ALERTS + 1 }, () => 0) };

    expect(parseWebhook(JSON.stringify(flood))).toEqual({ kind: 'too-many-alerts', count: MAX_ALERTS + 1 });
  });

  it(`of ${MAX_ALERTS} alerts is read`, () => {
    const most = aWebhook(Array.from({ length: MAX_ALERTS }, () => aRawAlert()));

    expect(webhookOf(JSON.stringify(most)).alerts).toHaveLength(MAX_ALERTS);
  });

  it('cannot reach prototypes by its labels', () => {
    const labels = '{"__proto__":"x","constructor":"y","toString":"z","severity":"critical"}';
    const text = JSON.stringify(aWebhook()).replace(/"labels":\{[^}]*\}/, `"labels":${labels}`);

    const [alert] = webhookOf(text).alerts;

    expect(Object.getPrototypeOf(alert?.labels)).toBe(Object.prototype);
    expect(alert?.labels['severity']).toBe('critical');
    expect({}).not.toHaveProperty('severity');
  });

  it('is read however deep its unknown keys nest', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const text = `{"version":"4","alerts":[],"truncatedAlerts":0,"deep":${deep}}`;

    expect(webhookOf(text).alerts).toEqual([]);
  });
});

describe('a webhook in which nearly everything is wrong', () => {
  it('is malformed, however many problems it has', { timeout: 30_000 }, () => {
    const labels = Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [`a${index}`, 1]));

    expect(Object.values(problemsOf(bodyWith({ labels })))).toEqual(['more is wrong than can be listed']);
  });
});
