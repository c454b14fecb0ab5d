import { describe, expect, it } from 'vitest';
import { templateOf } from './template.ts';

const template = templateOf('plain');

describe('the gateway of the stack', () => {
  it('has these routes and no other', () => {
    const routes = [...template.ofType('AWS::ApiGatewayV2::Route').values()];

    expect(new Set(routes.map(({ Properties }) => Properties['RouteKey']))).toEqual(
      new Set([
        'GET /',
        'GET /rollbacks/{id}',
        'GET /v1/report',
        'GET /v1/rollbacks',
        'GET /v1/rollbacks/{id}',
        'GET /openapi.json',
        'GET /healthz',
        'POST /v1/alerts',
        'POST /v1/heartbeat',
        'POST /v1/rollbacks',
        'POST /v1/rollbacks/{id}/restore',
        'POST /v1/holds/{hold+}',
      ]),
    );
  });

  it('sets no limit below the account’s: a 429 is final for Alertmanager', () => {
    const stage = template.resource('HttpApiStage').Properties;

    expect(stage).not.toHaveProperty('RouteSettings');
    expect(stage['DefaultRouteSettings']).not.toHaveProperty('ThrottlingBurstLimit');
    expect(stage['DefaultRouteSettings']).not.toHaveProperty('ThrottlingRateLimit');
    expect([...template.ofType('AWS::WAFv2::WebACLAssociation').keys()]).toEqual([]);
  });

  it('writes an access log of JSON lines, of which the filters count one each, with the dimensions of our metrics', () => {
    const { Format, DestinationArn } = template.resource('HttpApiStage').Properties['AccessLogSettings'];
    const filters = [...template.ofType('AWS::Logs::MetricFilter')];

    // A value that the gateway does not have is written as a dash.
    const line = JSON.parse(Format.replaceAll('$context.status', '429').replaceAll(/\$context\.[\w.]+/g, '-'));

    expect(DestinationArn).toEqual({ 'Fn::GetAtt': ['HttpApiLogGroup', 'Arn'] });
    expect(line).toMatchObject({ service: 'weightless', stage: 'plain', status: 429, routeKey: '-' });
    expect(Format).toContain('"routeKey":"$context.routeKey"');
    expect(new Set(filters.map(([id]) => id))).toEqual(new Set(['GatewayThrottled', 'WebhookRejected']));
    for (const [id, { Properties }] of filters) {
      expect(Properties['LogGroupName']).toEqual({ Ref: 'HttpApiLogGroup' });
      expect(Properties['MetricTransformations']).toEqual([
        {
          MetricNamespace: 'Weightless',
          MetricName: id,
          MetricValue: '1',
          Unit: 'Count',
          Dimensions: [
            { Key: 'service', Value: '$.service' },
            { Key: 'stage', Value: '$.stage' },
          ],
        },
      ]);
    }
  });

  it.each<[routeKey: string, status: number, metrics: string[]]>([
    ['POST /v1/alerts', 200, []],
    ['POST /v1/alerts', 400, ['WebhookRejected']],
    ['POST /v1/alerts', 401, ['WebhookRejected']],
    ['POST /v1/alerts', 413, ['WebhookRejected']],
    ['POST /v1/alerts', 499, ['WebhookRejected']],
    ['POST /v1/heartbeat', 403, ['WebhookRejected']],
    ['-', 413, ['WebhookRejected']],
    ['POST /v1/alerts', 429, ['GatewayThrottled']],
    ['-', 429, ['GatewayThrottled']],
    ['POST /v1/alerts', 399, []],
    ['POST /v1/alerts', 500, []],
    ['POST /v1/alerts', 503, []],
    ['-', 404, []],
    ['GET /', 401, []],
    ['POST /v1/rollbacks', 401, []],
    ['POST /v1/rollbacks', 413, []],
    ['POST /v1/rollbacks/{id}/restore', 409, []],
    ['POST /v1/holds/{hold+}', 404, []],
  ])(
    'counts what is final for Alertmanager, whoever answers it, and nothing else: %s, %d',
    (routeKey, status, metrics) => {
      const filters = [...template.ofType('AWS::Logs::MetricFilter').values()].map(({ Properties }) => Properties);

      const counting = filters.filter(({ FilterPattern }) => matches(FilterPattern, { routeKey, status }));

      expect(counting.map((filter) => filter['MetricTransformations'][0].MetricName)).toEqual(metrics);
    },
  );

  it('keeps its access log as long as the others', () => {
    expect(template.resource('HttpApiLogGroup').Properties['RetentionInDays']).toBe(30);
  });
});

/** What CloudWatch does with such a pattern: terms with and, in brackets where there are several, with or between them. */
function matches(pattern: string, line: Readonly<Record<string, string | number>>): boolean {
  const [, body = ''] = /^\{ (.+) \}$/.exec(pattern) ?? [];
  return body.split(' || ').some((one) =>
    one
      .replace(/^\((.+)\)$/, '$1')
      .split(' && ')
      .every((term) => holds(term, line)),
  );
}

function holds(term: string, line: Readonly<Record<string, string | number>>): boolean {
  const [, field = '', operator = '', given = ''] = /^\$\.(\w+) (=|!=|>=|<) (.+)$/.exec(term) ?? [];
  const value = line[field];
  if (value === undefined) throw new Error(`The pattern has a term that is not understood here: ${term}`);
  const wanted = JSON.parse(given);
  if (typeof wanted === 'string' && wanted.endsWith('*'))
    return operator === '=' && String(value).startsWith(wanted.slice(0, -1));
  if (operator === '=') return value === wanted;
  if (operator === '!=') return value !== wanted;
  return operator === '<' ? value < wanted : value >= wanted;
}
