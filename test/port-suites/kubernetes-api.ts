import { describe } from 'vitest';
import type { OpenStage } from './cluster-stage.ts';
import { describeAdmission } from './kubernetes-api-admission.ts';
import { describeJsonPatch } from './kubernetes-api-json-patch.ts';
import { describePatching } from './kubernetes-api-patching.ts';
import { describeSelecting } from './kubernetes-api-selecting.ts';
import { describeWriting } from './kubernetes-api-writing.ts';

/**
 * What a Kubernetes API answers beyond what the product asks of it, so that tests and the demo may rely on it. Where
 * the embedded one says other words than the real one, the suite looks at status and reason only.
 */
export function describeKubernetesApi(name: string, open: OpenStage): void {
  describe(`a Kubernetes API (${name})`, () => {
    describeSelecting(open);
    describeWriting(open);
    describeJsonPatch(open);
    describePatching(open);
    describeAdmission(open);
  });
}
