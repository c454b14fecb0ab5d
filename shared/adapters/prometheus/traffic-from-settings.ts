import type { AwsCredentialSource } from '#shared/adapters/aws/aws-credentials.ts';
import { tokenCredentials } from '#shared/adapters/kubernetes/token-credentials.ts';
import type { PrometheusSettings } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Secrets } from '#shared/ports/secrets.ts';
import type { Traffic } from '#shared/ports/traffic.ts';
import { type PrometheusProof, prometheusCall } from './prometheus-call.ts';
import { prometheusTraffic } from './prometheus-traffic.ts';

/** From where what proves who we are comes; `keysOf` is absent where there are no keys of AWS. */
export type TrafficAccess = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Secrets | undefined;
  readonly keysOf?: ((roleArn: string | undefined) => AwsCredentialSource) | undefined;
  readonly clock?: Pick<Clock, 'now'> | undefined;
};

/** The Prometheus of one cluster. Throws where there is no way here to prove to it who we are. */
export function trafficFromSettings(
  { url, token, sigv4, labels, window }: PrometheusSettings,
  access: TrafficAccess,
): Traffic {
  return prometheusTraffic({
    call: prometheusCall(url, proofOf(token, sigv4, access)),
    windowMs: window,
    clusterLabels: labels,
  });
}

function proofOf(
  token: PrometheusSettings['token'],
  sigv4: PrometheusSettings['sigv4'],
  { environment, secrets, keysOf, clock }: TrafficAccess,
): PrometheusProof {
  if (token) {
    const credentials = tokenCredentials(token, environment, secrets);
    return { headers: (signal) => credentials.headers(signal), reload: () => credentials.reload() };
  }
  if (!sigv4) return {};
  if (!keysOf || !clock) throw new Error('There are no keys of AWS here to sign requests to Prometheus with');
  return { sigv4: { keys: keysOf(sigv4.roleArn), region: sigv4.region, clock } };
}
