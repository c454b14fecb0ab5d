import http from 'node:http';
import https from 'node:https';
import type { Clock } from '#shared/ports/clock.ts';
import { environmentCredentials } from './aws-credentials.ts';
import { awsEndpoint, homeRegion } from './aws-endpoint.ts';
import { AwsFault } from './aws-fault.ts';
import type { AwsCaller, AwsRequest } from './aws-request.ts';
import { errorOf, unanswered } from './judge-answer.ts';
import { sendPost } from './send-post.ts';
import { signRequest } from './sign-request.ts';

export type AwsCallerOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Together shorter than the two seconds that a call of a cluster has, credentials included. */
  readonly maxAttempts?: number;
  readonly attemptTimeoutMs?: number;
};

const LONGEST_WAIT_MS = 100;

/** One set of kept connections for all services and regions. A second try goes over a connection of its own. */
export function awsCaller({
  environment,
  clock,
  maxAttempts = 2,
  attemptTimeoutMs = 900,
}: AwsCallerOptions): AwsCaller {
  const agents = { 'https:': new https.Agent({ keepAlive: true }), 'http:': new http.Agent({ keepAlive: true }) };
  const own = environmentCredentials(environment);

  async function attempt(request: AwsRequest, fresh: boolean, signal: AbortSignal): Promise<string> {
    const { service, headers, body, region = homeRegion(environment) } = request;
    const url = awsEndpoint(service, region, environment);
    const signing = { credentials: await own.get(signal), region, service, at: clock.now() };
    const signed = signRequest({ method: 'POST', url, headers, body }, signing);
    // A kept connection may have died while Lambda had the process frozen.
    const agent = fresh ? false : agents[url.protocol === 'http:' ? 'http:' : 'https:'];
    const limited = AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]);
    const sent = sendPost({ url, headers: signed, body, agent, signal: limited });
    const answer = await sent.catch((cause: unknown) => {
      throw unanswered(request, cause);
    });
    if (answer.status !== 200) throw errorOf(request, answer);
    return answer.text;
  }

  async function call(request: AwsRequest, signal: AbortSignal): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(request, tries > 1, signal);
      } catch (fault) {
        if (tries >= maxAttempts || !canMend(fault)) throw fault;
        await clock.sleep(Math.random() * LONGEST_WAIT_MS, signal).catch(() => {
          throw fault;
        });
      }
    }
  }

  return {
    call,
    credentials: own,
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function canMend(fault: unknown): boolean {
  return fault instanceof AwsFault && fault.retryable;
}
