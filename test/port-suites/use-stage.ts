import { afterEach, beforeEach } from 'vitest';
import type { ClusterStage, OpenStage } from './cluster-stage.ts';
import { type OpenedCluster, openCluster } from './open-cluster.ts';

export type OnStage = {
  readonly stage: ClusterStage;
  /** Opens the product's cluster; it is closed after the test. */
  cluster(options?: Parameters<typeof openCluster>[1]): OpenedCluster;
};

/** A stage for each test of a describe block. */
export function useStage(open: OpenStage): () => OnStage {
  let current: OnStage | undefined;
  let opened: OpenedCluster[] = [];

  beforeEach(async () => {
    const stage = await open();
    const cluster: OnStage['cluster'] = (options) => {
      const one = openCluster(stage, options);
      opened.push(one);
      return one;
    };
    current = { stage, cluster };
  });

  afterEach(async () => {
    for (const { client } of opened) client.close();
    opened = [];
    await current?.stage.close();
    current = undefined;
  });

  return () => {
    if (!current) throw new Error('The stage is there within a test only.');
    return current;
  };
}
