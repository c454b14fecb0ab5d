import { formatDestination, sameDestination } from './destination.ts';
import { type Edit, withEdits } from './json-patch.ts';
import type { PlanQuestion } from './plan.ts';
import { invalidWeights, openDestinations, routesOf } from './routes.ts';
import { reachesCanary } from './surroundings.ts';
import { nameOf } from './virtual-service.ts';

/** What can still reach the canary after a rollback, or keep the rollback from taking effect. */
export type Residual = {
  readonly kind: ResidualKind;
  /** `namespace/name`. */
  readonly virtualService: string;
  readonly route: string;
  /** In words, for a person. */
  readonly what: string;
};

export type ResidualKind =
  /** Testers who send the header still reach it, as `weightless/dark-launch: keep` asks. */
  | 'header-route'
  /** Another destination of the canary's host that also selects its pods. */
  | 'overlapping-destination'
  /** Envoy refuses every route of the gateway port while this stands, and goes on with the old ones. */
  | 'route-table-invalid'
  /** An object without our label sends users to it. */
  | 'unmanaged-virtual-service'
  | 'unmanaged-mirror';

/** These keep users on the canary: they page. */
export function pagesFor(residual: Residual): boolean {
  return residual.kind === 'route-table-invalid' || residual.kind.startsWith('unmanaged');
}

/** What the object itself leaves open once the edits are made. */
export function residualOf(question: PlanQuestion, edits: readonly Edit[]): Residual[] {
  const { canary, rules, object } = question;
  const after = withEdits({ metadata: object.metadata, spec: object.spec }, edits);
  return routesOf(after).flatMap((route) => {
    const residual = (kind: ResidualKind, what: string): Residual => ({
      kind,
      virtualService: nameOf(object),
      route: route.label,
      what,
    });
    const open = openDestinations(route);
    const kept = open.some(({ key }) => sameDestination(key, canary));
    const overlapping = open.filter(({ key }) => reachesCanary(rules, key, canary));
    const invalid = invalidWeights(route);
    return [
      ...(kept
        ? [
            residual(
              'header-route',
              `requests with the header or parameter of route ${route.label} still reach the canary`,
            ),
          ]
        : []),
      ...overlapping.map(({ key }) =>
        residual(
          'overlapping-destination',
          `route ${route.label} sends to ${formatDestination(key)}, which also reaches the canary's pods`,
        ),
      ),
      ...(invalid
        ? [
            residual(
              'route-table-invalid',
              `route ${route.label}: ${invalid}; Envoy refuses the whole route table and keeps the old one`,
            ),
          ]
        : []),
    ];
  });
}
