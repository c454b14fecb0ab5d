import jsonPatch from 'fast-json-patch';
import * as z from 'zod';
import { type ApiError, badRequest, failure, invalid, unfitPatch } from './api-error.ts';
import { KubernetesObject, type StoredObject } from './kubernetes-object.ts';

const path = z.string();
const value = z.unknown();
const Operations = z.array(
  z.discriminatedUnion('op', [
    z.looseObject({ op: z.literal('add'), path, value }),
    z.looseObject({ op: z.literal('replace'), path, value }),
    z.looseObject({ op: z.literal('test'), path, value }),
    z.looseObject({ op: z.literal('remove'), path }),
    z.looseObject({ op: z.literal('move'), path, from: path }),
    z.looseObject({ op: z.literal('copy'), path, from: path }),
  ]),
);
const Members = z.record(z.string(), z.unknown());

export type Patch = { readonly contentType: string | undefined; readonly body: string };

/** The object as the patch leaves it; JSON Patch (RFC 6902) and merge patch (RFC 7386), as for custom resources. */
export function applyPatch(object: StoredObject, { contentType, body }: Patch): KubernetesObject {
  switch (contentType?.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return readPatched(applyJsonPatch(object, decode(body, z.array(Members))));
    case 'application/merge-patch+json':
      return readPatched(applyMergePatch(object, decode(body, Members)));
    default:
      throw failure(415, 'UnsupportedMediaType', UNKNOWN_FORMAT);
  }
}

const UNKNOWN_FORMAT =
  'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json';

function decode<T>(body: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(body));
  } catch (error) {
    throw badRequest(`error decoding patch: ${words(error)}`);
  }
}

function applyJsonPatch(object: StoredObject, operations: readonly unknown[]): unknown {
  const parsed = Operations.safeParse(operations);
  if (!parsed.success) throw unfitPatch();
  try {
    return jsonPatch.applyPatch<unknown>(object, parsed.data, true, false).newDocument;
  } catch {
    throw unfitPatch();
  }
}

function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isMembers(patch)) return patch;
  const merged: Record<string, unknown> = isMembers(target) ? { ...target } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete merged[key];
    else merged[key] = applyMergePatch(merged[key], change);
  }
  return merged;
}

function isMembers(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function readPatched(patched: unknown): KubernetesObject {
  const parsed = KubernetesObject.safeParse(patched);
  if (!parsed.success) throw unreadable(patched, parsed.error);
  return parsed.data;
}

/** The patch fits, but what it makes is no object. */
function unreadable(patched: unknown, error: z.ZodError): ApiError {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${words(error)}`;
  return invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]);
}

export function words(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll('\n', ' ');
  return error instanceof Error ? error.message : String(error);
}
