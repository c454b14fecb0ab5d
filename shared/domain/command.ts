import { applying, type Edit, type PatchOperation } from './json-patch.ts';
import { routesOf } from './routes.ts';
import type { Destination, VirtualService } from './virtual-service.ts';

/** With its group: other things are called VirtualService, too. */
export const VIRTUAL_SERVICE = 'virtualservices.networking.istio.io';

/** A command line for a person, with what it does. It runs as written in a POSIX shell. */
export type Command = { readonly does: string; readonly run: string };

/**
 * The plan as a kubectl command. It carries `test` operations on what it touches instead of a resourceVersion: a person
 * may run it minutes later, and it must still refuse to hit another route than the one it was written for.
 */
export function patchCommand(object: VirtualService, edits: readonly Edit[], context?: string): Command {
  const { namespace, name } = object.metadata;
  const operations = [...guards(object, edits), ...edits.map(applying)];
  return {
    does: `take the canary of ${namespace}/${name} to zero`,
    run: kubectl(context, [
      '-n',
      namespace,
      'patch',
      VIRTUAL_SERVICE,
      name,
      '--type=json',
      '-p',
      JSON.stringify(operations),
    ]),
  };
}

/** Each touched destination and mirror is what it was, and each touched field that was there has its value. */
function guards(object: VirtualService, edits: readonly Edit[]): PatchOperation[] {
  const routed = routesOf(object).flatMap((route) =>
    route.destinations.map(({ entry }, index) => placed(`${route.path}/route/${index}`, entry)),
  );
  const mirrored = (object.spec.http ?? []).flatMap(({ mirror, mirrors = [] }, index) => [
    { under: `/spec/http/${index}/mirrorPercentage`, path: `/spec/http/${index}/mirror`, value: mirror },
    ...mirrors.map((one, position) => placed(`/spec/http/${index}/mirrors/${position}`, one)),
  ]);
  const touched = [...routed, ...mirrored].filter(({ under }) =>
    edits.some(({ path }) => path === under || path.startsWith(`${under}/`)),
  );
  const identity = touched.map(({ path, value }): PatchOperation => ({ op: 'test', path, value }));
  const values = edits
    .filter(({ path, from }) => from !== undefined && !path.endsWith('/destination'))
    .map(({ path, from }): PatchOperation => ({ op: 'test', path, value: from }));
  return [...identity, ...values];
}

/** Where a destination stands, and below what an edit is about it. */
function placed(under: string, { destination }: { readonly destination: Destination }) {
  return { under, path: `${under}/destination`, value: destination };
}

export function annotateCommand(
  object: VirtualService,
  mark: string,
  value: string,
  does: string,
  context?: string,
): Command {
  const { namespace, name } = object.metadata;
  const run = kubectl(context, ['-n', namespace, 'annotate', '--overwrite', VIRTUAL_SERVICE, name, `${mark}=${value}`]);
  return { does, run };
}

/** Joins arguments for a shell; what is not plainly safe is quoted. */
export function kubectl(context: string | undefined, args: readonly string[]): string {
  const chosen = context ? ['--context', context] : [];
  return ['kubectl', ...chosen, ...args].map(quote).join(' ');
}

/** One word for a POSIX shell. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
