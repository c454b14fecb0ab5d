import { CliError } from '#cli/cli-error.ts';
import { serverUrl } from '#shared/domain/server-url.ts';
import type { ApiOptions } from './api-client.ts';

/** For parseArgs. There is none for the token: other users of a machine can read a command line. */
export const API_OPTIONS = { url: { type: 'string' } } as const;

/** For the help of a command that asks the service. */
export const API_HELP = `  --url URL           where the service is (default: WEIGHTLESS_URL)

Environment
  WEIGHTLESS_URL     where the service is, as \`npm run info\` shows it
  WEIGHTLESS_TOKEN   a token of the settings; never given on the command line, which others can read
  NO_COLOR           no colours`;

/** @throws CliError where address or token is missing, or the token would be sent in clear. */
export function apiOptions(
  { url: given }: { readonly url?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): ApiOptions {
  const text = given ?? environment['WEIGHTLESS_URL'];
  if (!text) throw new CliError('Say where the service is: --url https://… or WEIGHTLESS_URL');
  const url = serverUrl(text);
  if (!url) {
    // Not repeated: a password may be in it.
    throw new CliError(
      'The URL of the service must be https://…, or http:// on localhost, without user and password: the token goes there',
    );
  }
  const token = environment['WEIGHTLESS_TOKEN']?.trim();
  if (!token) throw new CliError('Set WEIGHTLESS_TOKEN to a token of the settings (see weightless token --help)');
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CliError('WEIGHTLESS_TOKEN holds what no token holds: is it pasted whole?');
  url.search = '';
  url.hash = '';
  return { url, token };
}
