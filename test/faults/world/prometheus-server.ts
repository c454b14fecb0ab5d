import { createServer } from 'node:http';
import { listenOnLoopback } from '#test/doubles/listen-on-loopback.ts';

export type PrometheusServer = {
  readonly url: string;
  /** From now on whatever is asked for has this value. */
  tell(value: number): void;
  stop(): Promise<void>;
};

/** The answer of `/api/v1/query` with one series. */
export function vector(value: string | number): string {
  const result = [{ metric: {}, value: [Date.now() / 1000, String(value)] }];
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

/** A Prometheus that gives one value to every query. */
export async function startPrometheusServer(): Promise<PrometheusServer> {
  let told = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(vector(told));
  });
  const { url, stop } = await listenOnLoopback(server);
  return {
    url,
    tell: (value) => {
      told = value;
    },
    stop,
  };
}
