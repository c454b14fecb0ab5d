import { describe } from 'vitest';
import { describeDenials } from './cluster-denials.ts';
import { describePatches } from './cluster-patches.ts';
import { describeReads } from './cluster-reads.ts';
import { describeRights } from './cluster-rights.ts';
import type { OpenStage } from './cluster-stage.ts';
import { describeSurroundings } from './cluster-surroundings.ts';

/** What every Cluster does, in front of every API server. `open` gives an empty stage each time. */
export function describeCluster(name: string, open: OpenStage): void {
  describe(`a cluster (${name})`, () => {
    describeReads(open);
    describePatches(open);
    describeRights(open);
    describeDenials(open);
    describeSurroundings(open);
  });
}
