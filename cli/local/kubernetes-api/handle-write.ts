import * as z from 'zod';
import { badRequest, detailsOf, failure, type Reply } from './api-error.ts';
import { applyPatch, words } from './apply-patch.ts';
import { parseObject } from './kubernetes-object.ts';
import type { ObjectWriter, Writing } from './object-writer.ts';
import type { Target } from './request-target.ts';

export type WriteRequest = {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  /** Read only once it is known that the request may be. */
  readBody(): Promise<string>;
};

const DeleteOptions = z.looseObject({
  preconditions: z.optional(z.looseObject({ resourceVersion: z.optional(z.string()) })),
});

/** Answers a request that changes an object. @throws ApiError */
export async function handleWrite(
  writer: ObjectWriter,
  writing: Writing,
  { verb, name }: Target,
  request: WriteRequest,
): Promise<Reply> {
  const body = await request.readBody();
  const parse = <T>(read: (json: unknown) => T) => parseBody(body, read, writing);
  if (verb === 'create') return { code: 201, body: await writer.create(writing, parse(parseObject)) };
  if (name === undefined) throw badRequest('name must be provided');
  switch (verb) {
    case 'update': {
      const object = parse(parseObject);
      return { code: 200, body: await writer.update(writing, name, () => object) };
    }
    case 'patch': {
      const patch = { contentType: request.contentType, body };
      return { code: 200, body: await writer.update(writing, name, (live) => applyPatch(live, patch)) };
    }
    case 'delete': {
      const options = body === '' ? {} : parse(DeleteOptions.parse);
      const { metadata } = await writer.remove(writing, name, options.preconditions?.resourceVersion);
      return { code: 200, body: success({ ...detailsOf(writing.resource, name), uid: metadata.uid }) };
    }
    default:
      throw failure(405, 'MethodNotAllowed', `the embedded API does not answer ${request.method}`);
  }
}

function parseBody<T>(body: string, read: (json: unknown) => T, { resource }: Writing): T {
  try {
    return read(JSON.parse(body));
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): ${words(error)}`);
  }
}

function success(details: object): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
