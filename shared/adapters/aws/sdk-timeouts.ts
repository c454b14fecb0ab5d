/**
 * How long a client of the SDK waits for one try, as its `requestHandler`. Without throwOnRequestTimeout a late answer
 * is only warned of; the socket's own covers a body that stalls.
 */
export function sdkTimeouts(ms: number) {
  return { connectionTimeout: 1000, requestTimeout: ms, throwOnRequestTimeout: true, socketTimeout: ms };
}
