import './zod-words.ts';
import * as z from 'zod/mini';
import { isDnsLabel, isDnsSubdomain } from '#shared/domain/kubernetes-name.ts';
import { parseDestinationMark } from '#shared/domain/marks.ts';

/** Why a person does it: it goes into the record, the events and, cut, into the journal. */
const reason = z
  .string('expected why, in words')
  .check(z.trim(), z.minLength(1, 'expected why, in words'), z.maxLength(512, 'expected 512 characters at most'));

/** `POST /v1/rollbacks`: by hand. */
export const RollbackRequestSchema = z.strictObject({
  /** As the settings name it. */
  cluster: z.string().check(z.minLength(1), z.maxLength(128)),
  namespace: z.string().check(z.refine(isDnsLabel, 'expected the name of a namespace')),
  virtualService: z.string().check(z.refine(isDnsSubdomain, 'expected the name of a VirtualService')),
  /** `host/subset`, or one word that may be either; found as for an alert where it is absent. */
  canary: z.optional(
    z
      .string()
      .check(
        z.refine(
          (text) => parseDestinationMark(text) !== undefined,
          'expected HOST/SUBSET, or one word: a subset or a host',
        ),
      ),
  ),
  reason,
});
export type RollbackRequest = z.infer<typeof RollbackRequestSchema>;

/** `POST /v1/rollbacks/{id}/restore` */
export const RestoreRequestSchema = z.strictObject({
  reason,
  /** Also where the VirtualService is not as the rollback left it, as long as its routes hold the same destinations. */
  force: z._default(z.boolean(), false),
});
export type RestoreRequest = z.infer<typeof RestoreRequestSchema>;

/** `POST /v1/holds/{cluster}/{namespace}/{name}/release` */
export const ReleaseRequestSchema = z.strictObject({ reason });
export type ReleaseRequest = z.infer<typeof ReleaseRequestSchema>;

export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;
