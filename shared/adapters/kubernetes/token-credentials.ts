import { readFile } from 'node:fs/promises';
import type { ClusterSettings } from '#shared/contracts/settings.ts';
import { type Credentials, CredentialsError } from './api-client.ts';

/** A bearer token from where the settings say. A 401 has it read again: files of projected tokens are rotated. */
export function tokenCredentials(
  source: ClusterSettings['token'],
  environment: Readonly<Record<string, string | undefined>>,
): Credentials {
  let token: Promise<string> | undefined;
  return {
    async headers() {
      token ??= readToken(source, environment);
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

async function readToken(
  source: ClusterSettings['token'],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { place, text } = 'file' in source ? await fromFile(source.file) : fromVariable(source.env, environment);
  const token = text.trim();
  if (!BEARER_TOKEN.test(token)) {
    throw new CredentialsError(`${place} holds no bearer token: put the cluster's token there, and nothing else`);
  }
  return token;
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
