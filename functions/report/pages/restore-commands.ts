import { firingOf } from '#shared/domain/alert.ts';
import { type Command, kubectl, VIRTUAL_SERVICE } from '#shared/domain/command.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';

/** What gives the canary its weights back, by the command line of this service and, where that is down, by kubectl. */
export function restoreCommands(record: RollbackRecord): {
  readonly ours: Command[];
  readonly byHand: Command[];
} {
  const { id, virtualServices, weights } = record;
  const changed = [...new Set(weights.map(({ virtualService }) => virtualService))];
  const touched = virtualServices.filter((name) => changed.includes(name));
  return {
    ours: [
      { does: 'see what it would change', run: `weightless restore ${id} --dry-run` },
      { does: 'give the canary its weights back', run: `weightless restore ${id}` },
    ],
    byHand: touched.flatMap((name) => undoCommand(record, name)),
  };
}

/** The inverse patch stands in the object itself, in the journal's entry that serves this firing. */
function undoCommand({ id, alert, timeline }: RollbackRecord, virtualService: string): Command[] {
  const [namespace, name] = virtualService.split('/');
  if (!namespace || !name) return [];
  const firing = firingOf({ fingerprint: alert.fingerprint, startsAt: timeline.firedAt });
  const ours = `.id == ${JSON.stringify(id)} or (.alerts | index(${JSON.stringify(firing)}))`;
  const program = `.metadata.annotations["${MARK.journal}"] | fromjson | map(select(${ours}))[0].undo // error("no undo")`;
  const read = kubectl(undefined, ['-n', namespace, 'get', VIRTUAL_SERVICE, name, '-o', 'json']);
  const patch = kubectl(undefined, ['-n', namespace, 'patch', VIRTUAL_SERVICE, name, '--type=json']);
  const undo = `jq -ce '${program.replaceAll("'", `'\\''`)}'`;
  return [{ does: `undo it in ${virtualService}`, run: `${patch} -p "$(${read} | ${undo})"` }];
}
