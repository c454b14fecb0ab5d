import * as z from 'zod/mini';
import { trafficQueries } from '#shared/domain/traffic-query.ts';
import { type Traffic, TrafficFault } from '#shared/ports/traffic.ts';

/** Sends one form to the API of a Prometheus, with whatever proves who we are, and answers its text. Throws. */
export type PrometheusCall = (path: string, form: string, signal: AbortSignal) => Promise<string>;

export type PrometheusTrafficOptions = {
  readonly call: PrometheusCall;
  readonly windowMs: number;
  readonly clusterLabels?: Readonly<Record<string, string>> | undefined;
};

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
  }),
});

/**
 * A canary's requests as Prometheus has them, also Amazon's. That there are none is said only where there is reason to
 * believe it: its series stand still, or they are gone, were there lately, and others of its namespace go on.
 */
export function prometheusTraffic({ call, windowMs, clusterLabels = {} }: PrometheusTrafficOptions): Traffic {
  async function ask(query: string, at: number, signal: AbortSignal): Promise<number | undefined> {
    const form = new URLSearchParams({ query, time: String(at / 1000) }).toString();
    return firstValue(await call('api/v1/query', form, signal));
  }

  return {
    windowMs,
    async requestsPerSecond({ canary, podLabels, at, seenSince }, signal) {
      const spans = { windowMs, seenMs: Math.max(windowMs, at - seenSince) };
      const queries = trafficQueries({ canary, podLabels, clusterLabels }, spans);
      if (!queries) return undefined;
      const rate = await ask(queries.rate, at, signal);
      if (rate !== undefined) return rate;
      const [seen, alive] = await Promise.all([ask(queries.seen, at, signal), ask(queries.alive, at, signal)]);
      return seen && alive ? 0 : undefined;
    },
  };
}

/** Also `NaN`, and whatever else is no count, tells nothing: Number('') would be none. */
const COUNT = /^\+?\d+(\.\d*)?(e[-+]?\d+)?$/i;

function firstValue(text: string): number | undefined {
  const { data } = parse(text);
  const [, value = ''] = data.result[0]?.value ?? [];
  return COUNT.test(value) && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

function parse(text: string): z.infer<typeof Answer> {
  try {
    return Answer.parse(JSON.parse(text));
  } catch (cause) {
    throw new TrafficFault(`Prometheus answered what is no vector: ${text.slice(0, 200)}`, { cause });
  }
}
