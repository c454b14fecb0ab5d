import type { Stage } from '#shared/domain/report/report.ts';

/** What a stage is, for a person who has to find out who was slow. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  'firing-to-received': 'Alertmanager held and sent it',
  'received-to-targeted': 'we read the cluster and found the canary',
  'targeted-to-zeroed': 'the cluster took the patch',
};
