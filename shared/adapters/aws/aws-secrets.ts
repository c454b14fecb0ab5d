import { parseJson } from '#shared/contracts/parse-json.ts';
import type { SecretReference } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { SecretFault, type Secrets } from '#shared/ports/secrets.ts';
import { AwsFault } from './aws-fault.ts';
import type { AwsCaller } from './aws-request.ts';
import { getParameter } from './get-parameter.ts';
import { getSecretValue } from './get-secret-value.ts';
import { type SharedValue, sharedValue } from './shared-value.ts';

export type AwsSecretsOptions = { readonly clock: Clock; readonly freshForMs?: number };

const FRESH_FOR_MS = 5 * 60_000;

/** Secrets Manager and SecureStrings. Each secret is read once in five minutes, once for all who ask at a time. */
export function awsSecrets(aws: AwsCaller, { clock, freshForMs = FRESH_FOR_MS }: AwsSecretsOptions): Secrets {
  const kept = new Map<string, KeptText>();

  return {
    async read(reference, signal, { fresh = false } = {}) {
      const { id, place, read } = keptAt(aws, reference);
      const text = kept.get(id) ?? keptText({ read, clock, freshForMs });
      kept.set(id, text);
      if (fresh) text.drop();
      try {
        return pick(await text.get(signal), reference, place);
      } catch (cause) {
        throw faultOf(cause, place);
      }
    },
  };
}

/** The whole text of a secret: references to several of its keys share it. */
type KeptText = Pick<SharedValue<string | undefined>, 'get' | 'drop'>;

type Kept = {
  readonly id: string;
  /** As in a sentence. */
  readonly place: string;
  readonly read: (signal: AbortSignal) => Promise<string | undefined>;
};

function keptAt(aws: AwsCaller, reference: SecretReference): Kept {
  if ('secret' in reference) {
    const { secret } = reference;
    return {
      id: `secret ${secret}`,
      place: `The secret ${secret}`,
      read: (signal) => getSecretValue(aws, secret, signal),
    };
  }
  const { parameter } = reference;
  return {
    id: `parameter ${parameter}`,
    place: `The parameter ${parameter}`,
    read: (signal) => getParameter(aws, parameter, signal),
  };
}

/** An old text is better than none while the store does not answer; who knows that it is wrong asks for a fresh one. */
function keptText({ read, clock, freshForMs }: Pick<Kept, 'read'> & Required<AwsSecretsOptions>): KeptText {
  let last: { readonly text: string | undefined } | undefined;
  const shared = sharedValue({
    clock,
    freshUntil: () => clock.now() + freshForMs,
    async load(signal) {
      try {
        last = { text: await read(signal) };
      } catch (fault) {
        if (!(last && fault instanceof AwsFault && fault.retryable)) throw fault;
      }
      return last.text;
    },
  });
  return {
    get: shared.get,
    drop() {
      last = undefined;
      shared.drop();
    },
  };
}

function pick(text: string | undefined, reference: SecretReference, place: string): string {
  if (text === undefined) throw unusable(`${place} is binary: store it as text`);
  const key = 'secret' in reference ? reference.key : undefined;
  if (key === undefined) return text;
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw unusable(
      `${place} is no JSON object, and its key ${key} is asked for: store an object, or leave the key out`,
    );
  }
  const value: unknown = Object.hasOwn(json, key) ? Reflect.get(json, key) : undefined;
  if (typeof value !== 'string') {
    throw unusable(`${place} has no text under the key ${key}: put it there, or name another key`);
  }
  return value;
}

function unusable(message: string): SecretFault {
  return new SecretFault(message, { retryable: false });
}

const HINTS: Readonly<Record<string, string>> = {
  AccessDeniedException: "grant the function's role to read it, and to decrypt with its key",
  ResourceNotFoundException: 'check its name and region',
  ParameterNotFound: 'check its name and region',
};

function faultOf(cause: unknown, place: string): SecretFault {
  if (cause instanceof SecretFault) return cause;
  if (!(cause instanceof AwsFault)) {
    return new SecretFault(`${place} could not be read in the time for it`, { retryable: true, cause });
  }
  const hint = HINTS[cause.code ?? ''];
  const words = [cause.message, ...(hint ? [hint] : [])].join('; ');
  return new SecretFault(`${place} could not be read: ${words}`, { retryable: cause.retryable, cause });
}
