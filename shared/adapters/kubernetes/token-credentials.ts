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

async function readToken(
  source: ClusterSettings['token'],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if ('file' in source) {
    return readFile(source.file, 'utf8').then(
      (text) => text.trim(),
      (cause: unknown) => {
        throw new CredentialsError(`The file ${source.file}, which should hold the cluster's token, cannot be read`, {
          cause,
        });
      },
    );
  }
  const token = environment[source.env];
  if (!token)
    throw new CredentialsError(
      `The environment variable ${source.env}, which should hold the cluster's token, is not set`,
    );
  return token;
}
