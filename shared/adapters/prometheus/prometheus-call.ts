import type { AwsCredentialSource } from '#shared/adapters/aws/aws-credentials.ts';
import { sendPost } from '#shared/adapters/aws/send-post.ts';
import { signRequest } from '#shared/adapters/aws/sign-request.ts';
import { whyUnanswered } from '#shared/adapters/http/why-unanswered.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { TrafficFault } from '#shared/ports/traffic.ts';
import type { PrometheusCall } from './prometheus-traffic.ts';

/** What proves to a Prometheus who we are: nothing, headers, or keys of AWS. */
export type PrometheusProof = {
  readonly headers?: ((signal: AbortSignal) => Promise<Readonly<Record<string, string>>>) | undefined;
  /** The token was not accepted: read it anew the next time. */
  readonly reload?: (() => void) | undefined;
  readonly sigv4?:
    | { readonly keys: AwsCredentialSource; readonly region: string; readonly clock: Pick<Clock, 'now'> }
    | undefined;
};

/** Longer than any query of one canary takes, and short enough for a run that has dozens of them. */
const TIMEOUT_MS = 5000;

/** POST, so that no proxy's limit of a URL cuts a query. A redirect is not followed: it would be given the proof. */
export function prometheusCall(base: string, proof: PrometheusProof): PrometheusCall {
  const root = base.endsWith('/') ? base : `${base}/`;

  async function headersOf(url: URL, body: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    if (!proof.sigv4) return { ...headers, ...(await proof.headers?.(signal)) };
    const { keys, region, clock } = proof.sigv4;
    const signing = { credentials: await keys.get(signal), region, service: 'aps', at: clock.now() };
    return signRequest({ method: 'POST', url, headers, body }, signing);
  }

  return async function call(path, body, signal) {
    const url = new URL(path, root);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const headers = await headersOf(url, body, limited);
      const { status, text } = await sendPost({ url, headers, body, agent: false, signal: limited });
      if (status === 200) return text;
      if (status === 401 || status === 403) reload();
      throw new TrafficFault(`Prometheus at ${url.host} answered ${status}: ${text.slice(0, 200)}`);
    } catch (cause) {
      if (cause instanceof TrafficFault) throw cause;
      throw new TrafficFault(`Prometheus at ${url.host} was not asked, or did not answer: ${whyUnanswered(cause)}`, {
        cause,
      });
    }
  };

  function reload(): void {
    proof.reload?.();
    proof.sigv4?.keys.reload();
  }
}
