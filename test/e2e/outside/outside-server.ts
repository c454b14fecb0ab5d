import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from '#test/doubles/listen-on-loopback.ts';
import { RELAY_MODES, type Relay } from './relay.ts';

/** What a channel was sent, and the status that it answered. */
export type Delivery = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly answered: number;
};

export type OutsideServer = { readonly url: string; stop(): Promise<void> };

type Outside = { readonly relay: Relay; readonly prometheusToken: string };
type Answer = { readonly status: number; readonly body: unknown };

/**
 * What stands outside of the stack and is started before it, because its settings name it, while tests run in another
 * process: receivers of notifications (`POST /channels/NAME`) that tell what they got (`GET /deliveries`) and answer as
 * they are told to (`PUT /channels/NAME/STATUS`); a Prometheus that knows how many requests the canaries of a namespace
 * get (`PUT /rates/NAMESPACE/RATE`); and the switch of the network to the second cluster (`PUT /relay/MODE`).
 */
export async function startOutsideServer({ relay, prometheusToken }: Outside): Promise<OutsideServer> {
  const deliveries: Delivery[] = [];
  const statuses = new Map<string, number>();
  const rates = new Map<string, string>();

  function answerTo({ method, url: path = '/', headers }: IncomingMessage, body: string): Answer {
    const [, what = '', name = '', value = ''] = path.split('/');
    if (path.startsWith('/prometheus/api/v1/query')) return prometheus(headers, body);
    switch (`${method} /${what}`) {
      case 'GET /deliveries':
        return { status: 200, body: deliveries };
      case 'POST /channels': {
        const answered = statuses.get(name) ?? 200;
        deliveries.push({ path, headers, body, answered });
        return { status: answered, body: {} };
      }
      case 'PUT /channels':
        statuses.set(name, Number(value));
        return { status: 200, body: {} };
      case 'PUT /rates':
        rates.set(name, value);
        return { status: 200, body: {} };
      case 'PUT /relay':
        for (const mode of RELAY_MODES.filter((one) => one === name)) relay.turn(mode);
        return { status: 200, body: {} };
      default:
        return { status: 404, body: {} };
    }
  }

  function prometheus({ authorization }: IncomingHttpHeaders, body: string): Answer {
    if (authorization !== `Bearer ${prometheusToken}`) return { status: 401, body: 'who are you?' };
    const query = new URLSearchParams(body).get('query') ?? '';
    const known = [...rates].filter(([namespace]) => query.includes(`destination_service_namespace="${namespace}"`));
    const result = known.map(([, rate]) => ({ metric: {}, value: [Date.now() / 1000, rate] }));
    return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } };
  }

  const server = createServer(async (request, response) => {
    const { status, body } = answerTo(request, await text(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return listenOnLoopback(server);
}
