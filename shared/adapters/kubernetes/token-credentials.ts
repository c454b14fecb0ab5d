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
  let token: Promise<string> | undefined;
  return {
    async headers(signal) {
      token ??= readToken(source, { environment, secrets, signal });
      try {
        return { authorization: `Bearer ${await token}` };
      } catch (error) {
        token = undefined;
        throw error;
      }
    },
    reload() {
      token = undefined;
    },
  };
}

/** What a header can carry: of another text node:http would say that the API server did not answer. */
const BEARER_TOKEN = /^[\x21-\x7e]+$/;

type Places = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets | undefined;
  readonly signal: AbortSignal;
};

async function readToken(source: TokenSource, places: Places): Promise<string> {
  const { place, text } = await textOf(source, places);
  const token = text.trim();
  if (!BEARER_TOKEN.test(token)) {
    throw new CredentialsError(`${place} holds no bearer token: put the cluster's token there, and nothing else`);
  }
  return token;
}

async function textOf(source: TokenSource, { environment, secrets, signal }: Places) {
  if ('file' in source) return fromFile(source.file);
  if ('env' in source) return fromVariable(source.env, environment);
  const place = 'secret' in source ? `The secret ${source.secret}` : `The parameter ${source.parameter}`;
  if (!secrets) throw new CredentialsError(`${place} holds the cluster's token, and there is no secret store here`);
  try {
    return { place, text: await secrets.read(source, signal) };
  } catch (cause) {
    if (!(cause instanceof SecretFault)) throw cause;
    throw new CredentialsError(`${place}, which should hold the cluster's token: ${cause.message}`, { cause });
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
