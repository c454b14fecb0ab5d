import { type Html, html } from '#shared/runtime/html.ts';

/** Keeps a number and its unit on one line. */
const NBSP = '\u00a0';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `4.02 s`, `1 min 5 s`: as many digits as a person compares. */
export function duration(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 1000) return `${sign}${Math.round(size)}${NBSP}ms`;
  if (size < 10_000) return `${sign}${Number((size / 1000).toFixed(2))}${NBSP}s`;
  if (size < 60_000) return `${sign}${Number((size / 1000).toFixed(1))}${NBSP}s`;
  const [big, small, per] = size < 7_200_000 ? (['min', 's', 60_000] as const) : (['h', 'min', 3_600_000] as const);
  const smallMs = per / 60;
  const total = Math.round(size / smallMs);
  const rest = total % 60 > 0 ? ` ${total % 60}${NBSP}${small}` : '';
  return `${sign}${Math.floor(total / 60)}${NBSP}${big}${rest}`;
}

/** Never rounded up: 99.999 % is not all of them. */
export function percent(share: number): string {
  return `${Number((Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2))}${NBSP}%`;
}

/** `12,345`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 episode`, `12 episodes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)}${NBSP}${count === 1 ? one : many}`;
}

/** `21 Nov 2026, 03:12:09 UTC`; the milliseconds are in the attribute. */
export function time(ms: number): Html {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return html`not known`;
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${dayOf(iso)}, ${iso.slice(-13, -5)} UTC</time>`;
}

/** `21 Nov 2026, 03:12 UTC`: where seconds say nothing. */
export function minute(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${dayOf(iso)}, ${iso.slice(-13, -8)} UTC</time>`;
}

/** `21 Nov 2026`, of an ISO day or time. */
export function dayOf(iso: string): string {
  return `${shortDay(iso)} ${iso.slice(0, iso.indexOf('-', 1))}`;
}

/** `21 Nov`. */
export function shortDay(iso: string): string {
  const [, month, day] = iso.slice(1).split('-');
  return `${Number(day?.slice(0, 2))} ${MONTHS[Number(month) - 1]}`;
}

/** `production-eu / production`, as far as it is known. */
export function whereWords({ cluster, namespace }: { readonly cluster: string; readonly namespace: string }): string {
  return [cluster, namespace].filter((word) => word !== '-').join(' / ');
}

/** `payment-svc/v2` of a whole cluster-local host: what people call it. */
export function shortDestination(destination: string): string {
  if (destination === '-') return 'canary unknown';
  const [host = '', ...subset] = destination.split('/');
  const local = /^([^.]+)\.[^.]+\.svc\.cluster\.local$/.exec(host);
  return [local?.[1] ?? host, ...subset].join('/');
}
