import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Settings, TokenSettings } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { type HttpResponse, header, problem } from './http.ts';

export type AuthorizeDeps<S> = {
  readonly settings: () => Promise<S>;
  /** What there is of them without waiting, and whether others may be stored; absent where settings never change. */
  readonly settingsAtHand?: (() => { readonly settings: S; readonly stale: boolean } | undefined) | undefined;
  /**
   * Those that are stored now, for a token that the others do not know, and whether they may have been read before this
   * time; absent where settings never change.
   */
  readonly renewedSettings?:
    | ((since: number) => Promise<{ readonly settings: S; readonly stale: boolean }>)
    | undefined;
  /** When the request came; now, where it is not given. */
  readonly receivedAt?: number | undefined;
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
 * that were read before the request came, which may not know a new token yet.
 */
export async function authorize<S extends Pick<Settings, 'tokens'>>(
  event: APIGatewayProxyEventV2,
  { scopes, challenge }: Requirement,
  deps: AuthorizeDeps<S>,
): Promise<Authorized<S>> {
  const { receivedAt = deps.clock.now() } = deps;
  const loaded = await deps.settings().catch((cause: unknown) => {
    deps.log.error('The settings cannot be loaded', { cause: String(cause) });
    return undefined;
  });
  if (!loaded) return refuse(problem(503, 'The settings of the service cannot be loaded; send the request again'));
  const { caller, settings, unsure } = await find(header(event, 'authorization'), scopes, loaded, {
    ...deps,
    receivedAt,
  });
  if (caller.kind === 'known') return { kind: 'authorized', settings, name: caller.name };
  if (unsure) return refuse(problem(503, 'The token may be newer than the settings at hand; send the request again'));
  if (caller.kind === 'out-of-scope')
    return refuse(problem(403, `The token ${caller.name} may not do this; its scope must be ${scopes.join(' or ')}`));
  const ask = challenge === 'Basic' ? 'Basic realm="weightless", charset="UTF-8"' : 'Bearer';
  const words =
    challenge === 'Basic'
      ? 'Give a valid token, as Bearer or as the password'
      : 'Send a valid token: Authorization: Bearer …';
  return refuse(problem(401, words, {}, { 'www-authenticate': ask }));
}

type Found<S> = {
  readonly caller: Caller;
  readonly settings: S;
  /** Whether others may be stored, which may know the token. */
  readonly unsure: boolean;
};

/** By the settings in use; for a token that they do not know, by those that are stored now. */
async function find<S extends Pick<Settings, 'tokens'>>(
  given: string | undefined,
  scopes: Requirement['scopes'],
  loaded: S,
  { settingsAtHand, renewedSettings, clock, receivedAt }: AuthorizeDeps<S> & { readonly receivedAt: number },
): Promise<Found<S>> {
  const by = ({ tokens }: S) => authenticate(given, tokens, scopes, clock.now());
  const caller = by(loaded);
  if (caller.kind === 'known' || caller.kind === 'no-token') return { caller, settings: loaded, unsure: false };
  const renewed = await renewedSettings?.(receivedAt);
  if (renewed) return { caller: by(renewed.settings), settings: renewed.settings, unsure: renewed.stale };
  const atHand = settingsAtHand?.();
  const unsure = atHand !== undefined && (atHand.stale || atHand.settings !== loaded);
  return { caller, settings: loaded, unsure };
}

function refuse(response: HttpResponse): { readonly kind: 'refused'; readonly response: HttpResponse } {
  return { kind: 'refused', response };
}
