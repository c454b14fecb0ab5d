import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A token that the tests' settings know, with the scope `alerts`. */
export const ALERTS_TOKEN = 'alerts-token';

export type HttpRequest = {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  base64?: boolean;
  stage?: string;
};

/** A request as API Gateway hands an HTTP API's to the function (payload 2.0): by default an authorised webhook. */
export function anHttpEvent(request: HttpRequest = {}): APIGatewayProxyEventV2 {
  const { method = 'POST', path = '/v1/alerts', headers = {}, body, base64 = false, stage = '$default' } = request;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { authorization: `Bearer ${ALERTS_TOKEN}`, 'content-type': 'application/json', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'Alertmanager/0.31.1' },
      requestId: 'request-1',
      routeKey: '$default',
      stage,
      time: '04/Mar/2026:05:06:11 +0000',
      timeEpoch: 0,
    },
    isBase64Encoded: base64,
    ...(body === undefined ? {} : { body }),
  };
}
