import { firingOf } from '#shared/domain/alert.ts';
import { type Command, kubectl, VIRTUAL_SERVICE } from '#shared/domain/command.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';

export type RestoreCommands = { readonly ours: readonly Command[]; readonly byHand: readonly Command[] };

/**
 * What gives the canary its weights back, by the command line of this service and, where that is down, by kubectl, in
 * kubectl's context where it is known. `WHY` stands where a person has to say why.
 */
export function restoreCommands(record: RollbackRecord, context?: string): RestoreCommands {
  const { id, virtualServices, weights } = record;
  const changed = [...new Set(weights.map(({ virtualService }) => virtualService))];
  const touched = virtualServices.filter((name) => changed.includes(name));
  return {
    ours: [
      { does: 'see what it would change', run: `weightless restore ${id} --dry-run` },
      { does: 'give the canary its weights back', run: `weightless restore ${id} --reason 'WHY'` },
    ],
    byHand: touched.flatMap((name) => commandsFor(record, name, context)),
  };
}

/** The inverse patch stands in the object itself, in the journal's entry that serves this firing. */
function commandsFor({ id, alert, timeline }: RollbackRecord, virtualService: string, context?: string): Command[] {
  const [namespace, name] = virtualService.split('/');
  if (!namespace || !name) return [];
  const firing = firingOf({ fingerprint: alert.fingerprint, startsAt: timeline.firedAt });
  const entry = `.value.id == ${JSON.stringify(id)} or (.value.alerts | index(${JSON.stringify(firing)}))`;
  const found = `${JOURNAL} as $journal | ([$journal | to_entries[] | select(${entry})][0].key // error("no such rollback in the journal")) as $e`;
  const read = kubectl(context, ['-n', namespace, 'get', VIRTUAL_SERVICE, name, '-o', 'json']);
  const patch = kubectl(context, ['-n', namespace, 'patch', VIRTUAL_SERVICE, name, '--type=json']);
  const left = `${read} | jq -r ${quoted(`${found} | $journal[$e].after`)}`;
  const now = `${read} | jq -cS .spec | tr -d '\\n' | sha256sum | cut -d ' ' -f 1`;
  const undo = `jq -ce --arg by "$USER" --arg why 'WHY' ${quoted(`${found} | ${UNDO}`)}`;
  return [
    {
      does: `see whether ${virtualService} is as the rollback left it`,
      run: `[ "$(${left})" = "$(${now})" ] && echo unchanged || echo 'changed since: look at it first'`,
    },
    { does: `give its weights back in ${virtualService}, and end its hold`, run: `${patch} -p "$(${read} | ${undo})"` },
  ];
}

const JOURNAL = `(.metadata.annotations["${MARK.journal}"] | fromjson)`;
const RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';

/** Who may edit the object may have written any patch into its journal. */
const UNDO_PATHS =
  '^/spec/(http|tls|tcp)/[0-9]+/(route/[0-9]+/(weight|destination|headers/response/(set|add)/[^/]+)|mirrorPercentage|mirrors/[0-9]+/percentage)$';

/** In one patch, as the runbook does it: the entry stays, so that this firing does not act again. */
const UNDO = [
  '($journal | to_entries | any(.key != $e and .value.state == "open")) as $held',
  '[{op: "replace", path: "/metadata/resourceVersion", value: .metadata.resourceVersion}]',
]
  .join(' | ')
  .concat(
    ' + ($journal[$e].undo // error("the journal has no undo: set the weights by hand")',
    ` | if all(.[]; .path | test("${UNDO_PATHS}")) then . else error("the undo is of no rollback: set the weights by hand") end)`,
    ` + [{op: "add", path: "${annotation(MARK.journal)}", value: ($journal | .[$e] += {state: "restored", ended: {at: (now * 1000 | floor), by: $by, why: $why}} | tojson)}]`,
    ` + if $held or .metadata.labels["${MARK.held}"] == null then [] else [{op: "remove", path: "/metadata/labels/${pointer(MARK.held)}"}] end`,
    ` + if $held or ($journal | any(.flux) | not) or .metadata.annotations["${RECONCILE}"] == null then [] else [{op: "remove", path: "${annotation(RECONCILE)}"}] end`,
  );

function annotation(key: string): string {
  return `/metadata/annotations/${pointer(key)}`;
}

function pointer(key: string): string {
  return key.replaceAll('/', '~1');
}

function quoted(program: string): string {
  return `'${program.replaceAll("'", `'\\''`)}'`;
}
