import type { Timeline } from '#shared/domain/timeline.ts';
import type { StagePart } from './charts/stage-bar.ts';
import { STAGE_WORDS } from './stage-words.ts';

/** The stages of one rollback; none unless all were seen, in their order. */
export function stagePartsOf({ firedAt, receivedAt, targetedAt, zeroedAt }: Timeline): StagePart[] {
  if (targetedAt === undefined || zeroedAt === undefined) return [];
  const lengths = [
    ['firing-to-received', receivedAt - firedAt],
    ['received-to-targeted', targetedAt - receivedAt],
    ['targeted-to-zeroed', zeroedAt - targetedAt],
  ] as const;
  const total = zeroedAt - firedAt;
  if (total <= 0 || lengths.some(([, ms]) => ms < 0)) return [];
  return lengths.map(([stage, ms]) => ({ name: STAGE_WORDS[stage], ms, share: ms / total }));
}
