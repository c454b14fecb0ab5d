import * as z from 'zod';
import type { KubeObjects, KubeRef } from '#test/real/engines/kube-objects.ts';

const JOURNAL = 'weightless/journal';
const AGE_MS = 120_000;
const Entries = z.array(z.looseObject({ sentAt: z.number(), receivedAt: z.number() }));

/** Sets an object's journal back by two minutes: guard leaves alone what a delivery may still be writing. */
export async function ageJournal(admin: KubeObjects, ref: KubeRef): Promise<void> {
  const { metadata } = await admin.get(ref);
  const entries = Entries.parse(JSON.parse(metadata.annotations?.[JOURNAL] ?? '[]'));
  const aged = entries.map((entry) => ({
    ...entry,
    sentAt: entry.sentAt - AGE_MS,
    receivedAt: entry.receivedAt - AGE_MS,
  }));
  await admin.patch(ref, { metadata: { annotations: { [JOURNAL]: JSON.stringify(aged) } } }, 'merge');
}
