import type { Surroundings } from '#shared/ports/cluster.ts';

/** The incident's DestinationRule and pods: v1 is ready, one pod of v2 is not. */
export function incidentSurroundings(overrides: Partial<Surroundings> = {}): Surroundings {
  return {
    rollouts: async () => ({ objects: [], forbidden: [] }),
    destinationRules: async () => [
      {
        namespace: 'production',
        name: 'payment-svc',
        host: 'payment-svc.production.svc.cluster.local',
        subsets: [
          { name: 'v1', labels: { version: 'v1' } },
          { name: 'v2', labels: { version: 'v2' } },
        ],
      },
    ],
    endpoints: async () => [
      {
        namespace: 'production',
        service: 'payment-svc',
        endpoints: [
          { pod: 'payment-v1-a', ready: true },
          { pod: 'payment-v2-a', ready: false },
        ],
      },
    ],
    pods: async (_namespace, labels) => [`payment-${labels['version']}-a`],
    ...overrides,
  };
}
