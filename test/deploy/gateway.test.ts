import { describe, expect, it } from 'vitest';
import { templateOf } from './template.ts';

const template = templateOf('plain');

describe('the gateway of the stack', () => {
  it('has these routes and no other', () => {
    const routes = [...template.ofType('AWS::ApiGatewayV2::Route').values()];

    expect(new Set(routes.map(({ Properties }) => Properties['RouteKey']))).toEqual(
      new Set(['GET /', 'GET /healthz', 'POST /v1/alerts', 'POST /v1/heartbeat']),
    );
  });

  it('sets no limit below the account’s: a 429 is final for Alertmanager', () => {
    const stage = template.resource('HttpApiStage').Properties;

    expect(stage).not.toHaveProperty('RouteSettings');
    expect(stage['DefaultRouteSettings']).not.toHaveProperty('ThrottlingBurstLimit');
    expect(stage['DefaultRouteSettings']).not.toHaveProperty('ThrottlingRateLimit');
    expect([...template.ofType('AWS::WAFv2::WebACLAssociation').keys()]).toEqual([]);
  });

  it('writes an access log of JSON lines, from which 429s are counted with the dimensions of our metrics', () => {
    const { Format, DestinationArn } = template.resource('HttpApiStage').Properties['AccessLogSettings'];
    const filter = template.resource('GatewayThrottled').Properties;

    // A value that the gateway does not have is written as a dash.
    const line = JSON.parse(Format.replaceAll('$context.status', '429').replaceAll(/\$context\.[\w.]+/g, '-'));

    expect(DestinationArn).toEqual({ 'Fn::GetAtt': ['HttpApiLogGroup', 'Arn'] });
    expect(line).toMatchObject({ service: 'weightless', stage: 'plain', status: 429 });
    expect(filter).toMatchObject({ LogGroupName: { Ref: 'HttpApiLogGroup' }, FilterPattern: '{ $.status = 429 }' });
    expect(filter['MetricTransformations']).toEqual([
      {
        MetricNamespace: 'Weightless',
        MetricName: 'GatewayThrottled',
        MetricValue: '1',
        Unit: 'Count',
        Dimensions: [
          { Key: 'service', Value: '$.service' },
          { Key: 'stage', Value: '$.stage' },
        ],
      },
    ]);
  });

  it('keeps its access log as long as the others', () => {
    expect(template.resource('HttpApiLogGroup').Properties['RetentionInDays']).toBe(30);
  });
});
