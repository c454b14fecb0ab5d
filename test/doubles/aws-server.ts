import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from './listen-on-loopback.ts';

export type AskedOfAws = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** `reset` for a connection that breaks, `silence` for one that never answers. */
export type AwsAnswer =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | 'reset'
  | 'silence';

export type AwsServer = {
  readonly endpoint: string;
  readonly asked: readonly AskedOfAws[];
  /** How many connections there were. */
  connections(): number;
  stop(): Promise<void>;
};

/** The endpoint of an AWS service on loopback, that answers as the test says. */
export async function startAwsServer(answer: (asked: AskedOfAws, call: number) => AwsAnswer): Promise<AwsServer> {
  const asked: AskedOfAws[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body };
    const given = answer(one, asked.push(one) - 1);
    if (given === 'silence') return;
    if (given === 'reset') {
      response.destroy();
      return;
    }
    response.writeHead(given.status, given.headers ?? { 'content-type': 'application/x-amz-json-1.1' });
    response.end(given.body);
  });
  server.on('connection', () => {
    connections += 1;
  });
  const { url, stop } = await listenOnLoopback(server);

  return {
    endpoint: url,
    asked,
    connections: () => connections,
    stop,
  };
}

/** An answer of a service that speaks JSON. */
export function json(body: unknown, status = 200): AwsAnswer {
  return { status, body: JSON.stringify(body) };
}

/** What STS answers to AssumeRole. */
export function assumedRole(expiresAt: number, name = 'ROLE'): Exclude<AwsAnswer, string> {
  const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROA${name}:weightless</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/${name}/weightless</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIA${name}</AccessKeyId>
      <SecretAccessKey>secret/of+${name}</SecretAccessKey>
      <SessionToken>session/of+${name}==</SessionToken>
      <Expiration>${new Date(expiresAt).toISOString()}</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>a-request</RequestId></ResponseMetadata>
</AssumeRoleResponse>`;
  return { status: 200, body, headers: { 'content-type': 'text/xml' } };
}

/** What STS answers where the role's trust policy does not name us. */
export function assumeRoleDenied(): AwsAnswer {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>AccessDenied</Code>
    <Message>User: arn:aws:sts::111111111111:assumed-role/rollback is not authorized to perform: sts:AssumeRole &amp; more</Message>
  </Error>
  <RequestId>a-request</RequestId>
</ErrorResponse>`;
  return { status: 403, body, headers: { 'content-type': 'text/xml' } };
}
