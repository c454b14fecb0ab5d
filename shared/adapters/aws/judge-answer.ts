import type { HttpAnswer } from '#shared/adapters/http/answer-to.ts';
import { whyUnanswered } from '#shared/adapters/http/why-unanswered.ts';
import { parseJson } from '#shared/contracts/parse-json.ts';
import type { AwsService } from './aws-endpoint.ts';
import { AwsFault } from './aws-fault.ts';
import type { AwsRequest } from './aws-request.ts';
import { firstLine } from './first-line.ts';

type Asked = Pick<AwsRequest, 'service' | 'action'>;

const NAMES: Readonly<Record<AwsService, string>> = {
  secretsmanager: 'Secrets Manager',
  sns: 'SNS',
  ssm: 'SSM Parameter Store',
  sts: 'STS',
};

/** How services say, beside a 429 or a 5xx, that they have no room at the moment. */
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|LimitExceededException|SlowDown|InternalService/;

/** For a request that got no whole answer. */
export function unanswered({ service, action }: Asked, cause: unknown): AwsFault {
  return new AwsFault(`${NAMES[service]} did not answer ${action}: ${whyUnanswered(cause)}`, {
    retryable: true,
    cause,
  });
}

/** For an answer that is not a 200, with the service's words. */
export function errorOf({ service, action }: Asked, { status, headers, text }: HttpAnswer): AwsFault {
  const said = saidInJson(text, headers['x-amzn-errortype']) ?? saidInXml(text) ?? {};
  const { code, message = text } = said;
  const retryable = status >= 500 || status === 429 || THROTTLED.test(code ?? '');
  const what = [code ?? status, firstLine(message).replace(/\.$/, '')].filter((part) => part !== '').join(': ');
  return new AwsFault(`${NAMES[service]} answered ${action} with ${what}`, { retryable, code });
}

/** For a 200 that does not hold what the action answers with. */
export function unreadable({ service, action }: Asked, cause?: unknown): AwsFault {
  return new AwsFault(`${NAMES[service]} answered ${action} with something that cannot be read as its answer`, {
    retryable: false,
    cause,
  });
}

type Said = { readonly code?: string | undefined; readonly message?: string | undefined };

/** `{"__type":"com.amazonaws…#AccessDeniedException","message":"…"}`, of some services with a capital M. */
function saidInJson(text: string, header: unknown): Said | undefined {
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null) return undefined;
  const fields = new Map(Object.entries(json).map(([name, value]) => [name.toLowerCase(), value]));
  const code = [fields.get('__type'), fields.get('code'), header].find((one) => typeof one === 'string');
  const message = fields.get('message');
  return {
    code: code?.replace(/^.*#/, '').replace(/:.*$/, ''),
    message: typeof message === 'string' ? message : undefined,
  };
}

/** `<ErrorResponse><Error><Code>AccessDenied</Code><Message>…</Message></Error></ErrorResponse>` */
function saidInXml(text: string): Said | undefined {
  const code = elementOf(text, 'Code');
  return code === undefined ? undefined : { code, message: elementOf(text, 'Message') };
}

/** The text of the first element of this name: enough for answers that nest nothing in it. */
export function elementOf(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, entity: string) => ENTITIES[entity] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
