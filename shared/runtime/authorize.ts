import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Settings, TokenSettings } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import { authenticate } from './authenticate.ts';
import { type HttpResponse, header, problem } from './http.ts';

export type AuthorizeDeps<S> = {
  readonly settings: () => Promise<S>;
  /** What there is of them without waiting, and whether others may be stored; absent where settings never change. */
  readonly settingsAtHand?: (() => { readonly settings: S; readonly stale: boolean } | undefined) | undefined;
  readonly clock: Clock;
  readonly log: Log;
};

export type Authorized<S> =
  | { readonly kind: 'authorized'; readonly settings: S; readonly name: string }
  | { readonly kind: 'refused'; readonly response: HttpResponse };

/** What a request must hold, and how it is asked for: a browser asks its user for the password of Basic. */
export type Requirement = {
  readonly scopes: readonly TokenSettings['scope'][];
  readonly challenge: 'Bearer' | 'Basic';
};

/**
 * Who may: 503 where the tokens cannot be loaded, since nobody can be told then that theirs is wrong; nor by settings
 * that are not the latest, which may not know a new token yet.
 */
export async function authorize<S extends Pick<Settings, 'tokens'>>(
  event: APIGatewayProxyEventV2,
  { scopes, challenge }: Requirement,
  { settings, settingsAtHand, clock, log }: AuthorizeDeps<S>,
): Promise<Authorized<S>> {
  const loaded = await settings().catch((cause: unknown) => {
    log.error('The settings cannot be loaded', { cause: String(cause) });
    return undefined;
  });
  if (!loaded) return refuse(problem(503, 'The settings of the service cannot be loaded; send the request again'));
  const given = header(event, 'authorization');
  const caller = authenticate(given, loaded.tokens, scopes, clock.now());
  if (caller.kind === 'known') return { kind: 'authorized', settings: loaded, name: caller.name };
  const atHand = settingsAtHand?.();
  if (given && atHand && (atHand.stale || atHand.settings !== loaded))
    return refuse(problem(503, 'The token may be newer than the settings at hand; send the request again'));
  if (caller.kind === 'out-of-scope')
    return refuse(problem(403, `The token ${caller.name} may not do this; its scope must be ${scopes.join(' or ')}`));
  const ask = challenge === 'Basic' ? 'Basic realm="weightless", charset="UTF-8"' : 'Bearer';
  const words =
    challenge === 'Basic'
      ? 'Give a valid token, as Bearer or as the password'
      : 'Send a valid token: Authorization: Bearer …';
  return refuse(problem(401, words, {}, { 'www-authenticate': ask }));
}

function refuse(response: HttpResponse): { readonly kind: 'refused'; readonly response: HttpResponse } {
  return { kind: 'refused', response };
}
