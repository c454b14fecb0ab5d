import jsonPatch from 'fast-json-patch';
import * as z from 'zod';
import { wordsOf } from '../../words-of.ts';
import { type ApiError, badRequest, failure, invalid, unfitPatch } from './api-error.ts';
import { type KubernetesObject, parseObject, type StoredObject } from './kubernetes-object.ts';

const path = z.string();
const value = z.unknown();
const Operation = z.discriminatedUnion('op', [
  z.looseObject({ op: z.literal('add'), path, value }),
  z.looseObject({ op: z.literal('replace'), path, value }),
  z.looseObject({ op: z.literal('test'), path, value }),
  z.looseObject({ op: z.literal('remove'), path }),
  z.looseObject({ op: z.literal('move'), path, from: path }),
  z.looseObject({ op: z.literal('copy'), path, from: path }),
]);
type Operation = z.infer<typeof Operation>;

const Members = z.record(z.string(), z.unknown());

export type Patch = { readonly contentType: string | undefined; readonly body: string };

/**
 * The object as the patch leaves it: JSON Patch (RFC 6902) and merge patch (RFC 7386), as for custom resources. The API
 * server also takes indices below 0, `copy` from nowhere and operations without a value (as null); this does not.
 */
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
  const parsed = z.array(Operation).safeParse(operations);
  if (!parsed.success) throw unfitPatch();
  try {
    return parsed.data.reduce<unknown>((document, operation) => {
      return jsonPatch.applyOperation(document, asApplied(document, operation), true, false).newDocument;
    }, object);
  } catch {
    throw unfitPatch();
  }
}

/** Unlike RFC 6902, the API server lets `replace` add a member that an object lacks. */
function asApplied(document: unknown, operation: Operation): Operation {
  if (operation.op !== 'replace') return operation;
  const parent = operation.path.replace(/\/[^/]*$/, '');
  const isElement = Array.isArray(jsonPatch.getValueByPointer(document, parent));
  return isElement ? operation : { ...operation, op: 'add' };
}

function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isMembers(patch)) return patch;
  const merged: Record<string, unknown> = isMembers(target) ? { ...target } : {};
  // A null takes its member away: it is left out where the object is read.
  for (const [key, change] of Object.entries(patch)) merged[key] = applyMergePatch(merged[key], change);
  return merged;
}

function isMembers(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function readPatched(patched: unknown): KubernetesObject {
  try {
    return parseObject(patched);
  } catch (error) {
    throw unreadable(patched, error);
  }
}

/** The patch fits, but what it makes is no object. */
function unreadable(patched: unknown, error: unknown): ApiError {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${words(error)}`;
  return invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]);
}

export function words(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll('\n', ' ');
  return wordsOf(error);
}
