import { readFile } from 'node:fs/promises';
import type { TokenSource } from '#shared/contracts/settings.ts';
import { SecretFault, type Secrets } from '#shared/ports/secrets.ts';
import { type Credentials, CredentialsError } from './api-client.ts';

/** A bearer token from where the settings say. A 401 has it read again: files of projected tokens are rotated. */
export function tokenCredentials(
  source: TokenSource,
  environment: Readonly<Record<string, string | undefined>>,
  secrets?: Secrets,
): Credentials {
  let token: string | undefined;
  let refusals = 0;
  /** Up to which of them the token was read anew. */
  let heeded = 0;
  return {
    async headers(signal) {
      if (token !== undefined) return bearer(token);
      const known = refusals;
      const read = await readToken(source, { environment, secrets, signal, fresh: known > heeded });
      heeded = Math.max(heeded, known);
      // One that was refused while this one was read may have been the same.
      if (known === refusals) token = read;
      return bearer(read);
    },
    reload() {
      token = undefined;
      refusals += 1;
    },
  };
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

/** What a header can carry: of another text node:http would say that the API server did not answer. */
const BEARER_TOKEN = /^[\x21-\x7e]+$/;

type Places = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets | undefined;
  readonly signal: AbortSignal;
  /** The one that is kept was not accepted. */
  readonly fresh: boolean;
};

async function readToken(source: TokenSource, places: Places): Promise<string> {
  const { place, text } = await textOf(source, places);
  const token = text.trim();
  if (!BEARER_TOKEN.test(token)) {
    throw new CredentialsError(`${place} holds no bearer token: put the cluster's token there, and nothing else`);
  }
  return token;
}

async function textOf(source: TokenSource, { environment, secrets, signal, fresh }: Places) {
  if ('file' in source) return fromFile(source.file);
  if ('env' in source) return fromVariable(source.env, environment);
  const place = 'secret' in source ? `The secret ${source.secret}` : `The parameter ${source.parameter}`;
  if (!secrets) throw new CredentialsError(`${place} holds the cluster's token, and there is no secret store here`);
  try {
    return { place, text: await secrets.read(source, signal, { fresh }) };
  } catch (cause) {
    if (!(cause instanceof SecretFault)) throw cause;
    throw new CredentialsError(`The cluster's token cannot be had. ${cause.message}`, { cause });
  }
}

async function fromFile(file: string) {
  const place = `The file ${file}`;
  try {
    return { place, text: await readFile(file, 'utf8') };
  } catch (cause) {
    throw new CredentialsError(`${place}, which should hold the cluster's token, cannot be read`, { cause });
  }
}

function fromVariable(name: string, environment: Readonly<Record<string, string | undefined>>) {
  const place = `The environment variable ${name}`;
  const text = environment[name];
  if (!text) throw new CredentialsError(`${place}, which should hold the cluster's token, is not set`);
  return { place, text };
}
