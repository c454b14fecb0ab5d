import * as z from 'zod/mini';
import { type SettingsSource, SettingsSourceFault } from '#shared/ports/settings-source.ts';
import { AwsFault } from './aws-fault.ts';
import { awsJsonCall } from './aws-json-call.ts';
import type { AwsCaller } from './aws-request.ts';
import { unreadable } from './judge-answer.ts';

const Page = z.object({
  Parameters: z.array(z.object({ Name: z.string(), Value: z.string() })),
  NextToken: z.nullish(z.string()),
});

/** As many as SSM gives at once; a stop for a source that never ends. */
const PAGE_SIZE = 10;
const MAX_PAGES = 100;

export type SsmSettingsSourceOptions = {
  readonly aws: AwsCaller;
  /** All parameters below it are parts of the settings. */
  readonly path: string;
};

/** The parameters below a path of SSM Parameter Store. */
export function ssmSettingsSource({ aws, path }: SsmSettingsSourceOptions): SettingsSource {
  return {
    async read(signal) {
      try {
        return await readPages(aws, path, signal);
      } catch (cause) {
        throw faultOf(cause, path);
      }
    },
  };
}

type Parts = Awaited<ReturnType<SettingsSource['read']>>;

async function readPages(aws: AwsCaller, path: string, signal: AbortSignal): Promise<Parts> {
  const asked = { service: 'ssm', action: 'GetParametersByPath' } as const;
  const parts: Parts[number][] = [];
  let token: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const input = { Path: path, Recursive: true, WithDecryption: true, MaxResults: PAGE_SIZE };
    const request = { ...asked, input: token === undefined ? input : { ...input, NextToken: token } };
    const page = Page.safeParse(await awsJsonCall(aws, request, signal));
    if (!page.success) throw unreadable(asked, page.error);
    parts.push(...page.data.Parameters.map(({ Name, Value }) => ({ name: Name, text: Value })));
    token = page.data.NextToken || undefined;
    if (token === undefined) return parts.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  throw new SettingsSourceFault(
    `There are over ${MAX_PAGES * PAGE_SIZE} parameters below ${path}: name a path of its own`,
  );
}

const HINTS: Readonly<Record<string, string>> = {
  AccessDeniedException: "grant the function's role ssm:GetParametersByPath on it, and to decrypt with its key",
  ValidationException: 'name a path such as /weightless/prod',
};

function faultOf(cause: unknown, path: string): SettingsSourceFault {
  if (cause instanceof SettingsSourceFault) return cause;
  const place = `The settings below ${path} in SSM Parameter Store could not be read`;
  if (!(cause instanceof AwsFault)) {
    return new SettingsSourceFault(`${place} in the time for it`, { cause });
  }
  const hint = HINTS[cause.code ?? ''];
  const words = [cause.message, ...(hint ? [hint] : [])].join('; ');
  return new SettingsSourceFault(`${place}: ${words}`, { cause });
}
