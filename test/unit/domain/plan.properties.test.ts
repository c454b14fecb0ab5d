import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { patchCommand } from '#shared/domain/command.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import { applying, type Edit, type PatchOperation, undoing } from '#shared/domain/json-patch.ts';
import { plan } from '#shared/domain/plan.ts';
import type { RawVirtualService } from '#test/builders/virtual-service.ts';
import { applyJsonPatch, JsonPatchError } from '#test/doubles/apply-json-patch.ts';
import { parseShell } from '#test/doubles/parse-shell.ts';
import { arbitraryCase, arbitraryVirtualService, type Sides } from '#test/istio/arbitrary-virtual-service.ts';
import { type EvaluatedRoute, evaluate, fullName } from '#test/istio/evaluate.ts';

type Planned = {
  readonly before: RawVirtualService;
  readonly after: RawVirtualService;
  readonly sides: Sides;
  readonly darkLaunch: 'keep' | 'repoint';
  readonly edits: readonly Edit[];
  readonly residual: readonly { readonly kind: string; readonly route: string }[];
};

function planned(before: RawVirtualService, sides: Sides, darkLaunch: 'keep' | 'repoint'): Planned | undefined {
  const answer = plan({ object: parseVirtualService(before), ...sides, darkLaunch, rules: [] });
  if (answer.kind === 'refused') return undefined;
  const edits = answer.kind === 'change' ? answer.edits : [];
  const after = applyJsonPatch(before, edits.map(applying));
  return { before, after, sides, darkLaunch, edits, residual: answer.residual };
}

/** Checks what holds after every plan that changes something or finds nothing to do. */
function forEveryPlan(check: (one: Planned) => void): void {
  fc.assert(
    fc.property(arbitraryCase, ({ object, sides, darkLaunch }) => {
      const one = planned(object, sides, darkLaunch);
      if (one) check(one);
    }),
    { numRuns: 400 },
  );
}

/** Entries of a route, by what they are in the plan's eyes, with names that Istio resolves. */
function entriesOf({ before, sides }: Planned, path: string) {
  const [, , protocol = '', index = ''] = path.split('/');
  const routes = before.spec[protocol as 'http' | 'tls' | 'tcp'] ?? [];
  return (routes[Number(index)]?.route ?? []).map(({ destination, weight = 0 }) => {
    const name = fullName(destination, before.metadata.namespace);
    const isCanary = name === formatDestination(sides.canary);
    return { name, weight, isCanary, isStable: sides.stable !== undefined && name === formatDestination(sides.stable) };
  });
}

const at = (routes: readonly EvaluatedRoute[], path: string) => routes.find((route) => route.path === path);
/** A weight is an int32: what a route with a larger total had cannot all go to one destination. */
const INT32_MAX = 2 ** 31 - 1;
/** Adding up to 1 in floating point. */
const nothing = 1e-9;

describe('a plan for any VirtualService, judged by Istio’s rules', () => {
  it('leaves the canary no user: only a kept header route may still send testers there', () => {
    forEveryPlan((one) => {
      const canary = formatDestination(one.sides.canary);
      for (const route of evaluate(one.after)) {
        const entries = entriesOf(one, route.path);
        const kept = one.darkLaunch === 'keep' && route.testersOnly && !entries.some(({ isStable }) => isStable);
        if (!kept) expect(route.shares.get(canary) ?? 0).toBeLessThan(nothing);
      }
    });
  });

  it('leaves the canary no copies of requests', () => {
    forEveryPlan(({ after, sides }) => {
      for (const { copies } of evaluate(after)) expect(copies.get(formatDestination(sides.canary)) ?? 0).toBe(0);
    });
  });

  it('leaves a route that the gateway refuses only where others made it so, and reports each', () => {
    forEveryPlan((one) => {
      const refused = evaluate(one.after).filter((route) => route.refused);
      for (const { path } of refused) {
        const entries = entriesOf(one, path);
        const othersFault = entries.some(({ weight, isCanary, isStable }) => weight < 0 && !isCanary && !isStable);
        const withoutCanary = !entries.some(({ isCanary }) => isCanary);
        const stableUnknown = one.sides.stable === undefined;
        expect({ path, excused: othersFault || withoutCanary || stableUnknown }).toEqual({ path, excused: true });
      }
      const reported = one.residual.filter(({ kind }) => kind === 'route-table-invalid');
      expect(reported).toHaveLength(refused.length);
    });
  });

  it('keeps each route’s sum, where every weight was at least 0 and the total more than 0 and a weight can hold it', () => {
    forEveryPlan((one) => {
      const later = evaluate(one.after);
      for (const { path, sum, refused } of evaluate(one.before)) {
        if (!refused && sum > 0 && sum <= INT32_MAX) expect({ path, sum: at(later, path)?.sum }).toEqual({ path, sum });
      }
    });
  });

  it('gives what the canary had to stable, and takes nothing from anyone else', () => {
    forEveryPlan((one) => {
      const later = evaluate(one.after);
      for (const { path, shares, refused, sum } of evaluate(one.before)) {
        const now = at(later, path)?.shares;
        if (!refused && sum <= INT32_MAX)
          expect(sharesOfOthers(now, one.sides)).toEqual(sharesOfOthers(shares, one.sides));
      }
    });
  });

  it('touches nothing but weights, destinations and session cookies of canary and stable, and mirrors of the canary', () => {
    forEveryPlan((one) => {
      expect(one.edits.map(({ path }) => path).filter((path) => !isOurs(path, one))).toEqual([]);
      // Deep equality of everything else: what was edited, put back, gives the original.
      const restored = one.edits.reduceRight((document, edit) => applyJsonPatch(document, [undoing(edit)]), one.after);
      expect(restored).toEqual(one.before);
    });
  });

  it('takes the session cookie off a destination that becomes stable: it would pin its users to the canary', () => {
    forEveryPlan(({ after, edits }) => {
      const entries = edits.filter(({ path }) => path.endsWith('/destination')).map(({ path }) => path.slice(0, -12));
      const headers = entries.flatMap((entry) =>
        ['set', 'add'].flatMap((operation) =>
          Object.keys(placeIn(after, `${entry}/headers/response/${operation}`) ?? {}),
        ),
      );
      expect(headers.filter((name) => name.toLowerCase() === 'set-cookie')).toEqual([]);
    });
  });

  it('finds nothing to do in the object that it planned', () => {
    forEveryPlan(({ after, sides, darkLaunch, residual }) => {
      const again = plan({ object: parseVirtualService(after), ...sides, darkLaunch, rules: [] });

      expect(again).toEqual({ kind: 'nothing-to-do', residual });
    });
  });

  it('is undone by its inverse, as the journal keeps it', () => {
    forEveryPlan(({ before, after, edits }) => {
      const undo = edits.map(undoing).reverse();

      expect(applyJsonPatch(after, undo)).toEqual(before);
    });
  });

  it('refuses a stable that reaches the canary, and a canary alone only where no stable is known', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ object, sides: { canary, stable }, darkLaunch }) => {
        const answer = plan({ object: parseVirtualService(object), canary, stable, darkLaunch, rules: [] });
        const includes = stable?.host === canary.host && (!stable.subset || !canary.subset);
        const why = answer.kind === 'refused' ? answer.reason : undefined;

        expect(why === 'stable-includes-canary').toBe(includes);
        if (why === 'sole-destination') expect(stable).toBeUndefined();
      }),
    );
  });
});

/** Whose share is no business of a rollback, in parts per billion: floating point adds up differently. */
function sharesOfOthers(shares: ReadonlyMap<string, number> = new Map(), { canary, stable }: Sides) {
  const ours = [canary, ...(stable ? [stable] : [])].map(formatDestination);
  const others = [...shares].filter(([name, share]) => !ours.includes(name) && share > 0);
  return new Map(others.map(([name, share]) => [name, Math.round(share * 1e9)]));
}

const ENTRY =
  /^\/spec\/(http|tls|tcp)\/\d+\/route\/(\d+)\/(weight|destination|headers\/response\/(set|add)\/[Ss]et-[Cc]ookie)$/;
const MIRROR = /^\/spec\/http\/\d+\/(mirrorPercentage|mirrors\/\d+\/percentage)$/;

function isOurs(path: string, one: Planned): boolean {
  const [, , index] = ENTRY.exec(path) ?? [];
  if (index === undefined) return MIRROR.test(path);
  const entry = entriesOf(one, path.slice(0, path.indexOf('/route/')))[Number(index)];
  return entry !== undefined && (entry.isCanary || entry.isStable);
}

/** The patch that a printed command carries. */
function patchOf(run: string): PatchOperation[] {
  const words = parseShell(run);
  return JSON.parse(words[words.indexOf('-p') + 1] ?? '');
}

describe('the command that people are given', () => {
  it('does to the object what the plan does, and names it', () => {
    forEveryPlan(({ before, after, edits }) => {
      if (edits.length === 0) return;

      const { run } = patchCommand(parseVirtualService(before), edits);

      expect(applyJsonPatch(before, patchOf(run))).toEqual(after);
      expect(parseShell(run).slice(0, 7)).toEqual([
        ...['kubectl', '-n', 'prod', 'patch', 'virtualservices.networking.istio.io', 'app', '--type=json'],
      ]);
    });
  });

  it('refuses to run, or touches only what it was written for, where the object has changed since', () => {
    const reversed = ({ spec, ...rest }: RawVirtualService): RawVirtualService => ({
      ...rest,
      spec: { ...spec, http: [...(spec.http ?? [])].reverse() },
    });
    const inputs = fc.tuple(arbitraryCase, arbitraryVirtualService, fc.boolean());
    fc.assert(
      fc.property(inputs, ([{ object, sides, darkLaunch }, another, turned]) => {
        const edits = planned(object, sides, darkLaunch)?.edits ?? [];
        const changed = turned ? reversed(object) : another;

        const later = applied(changed, patchOf(patchCommand(parseVirtualService(object), edits).run));

        const places = edits.map(({ path }) => placeOf(path));
        const seen = (one: RawVirtualService) => places.map((pointer) => placeIn(one, pointer));
        if (later) expect(seen(changed)).toEqual(seen(object));
      }),
      { numRuns: 400 },
    );
  });
});

/** Where the destination stands that an edit is about. */
function placeOf(path: string): string {
  const owner = path.replace(/\/(weight|destination|percentage|headers\/.*)$/, '');
  return owner.replace(/\/mirrorPercentage$/, '/mirror');
}

function applied(object: RawVirtualService, operations: readonly PatchOperation[]): RawVirtualService | undefined {
  try {
    return applyJsonPatch(object, operations);
  } catch (error) {
    if (error instanceof JsonPatchError) return undefined;
    throw error;
  }
}

/** The destination that stands at a pointer to an entry of a route, to a mirror, or to one of several mirrors. */
function placeIn(object: RawVirtualService, pointer: string): unknown {
  const node = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((parent, key) => (parent as Record<string, unknown> | undefined)?.[key], object);
  return typeof node === 'object' && node !== null && 'destination' in node ? node.destination : node;
}
