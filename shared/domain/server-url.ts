const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The URL of a server that may be sent what is secret: https, so that TLS is always verified, or plain http to an
 * emulator or proxy on loopback; and without user and password, which would be shown wherever the URL is. undefined
 * for anything else.
 */
export function serverUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (!url || url.username || url.password) return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) ? url : undefined;
}
