import { describe, expect, it } from 'vitest';
import { bodyBytes } from '#shared/runtime/http.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';

describe('the size of a body', () => {
  it.each([0, 1, 2, 3, 4, 1000])('of %d bytes is told exactly, in base64 too', (bytes) => {
    const body = Buffer.alloc(bytes, 'x');

    expect(bodyBytes({ ...anHttpEvent(), body: body.toString('base64'), isBase64Encoded: true })).toBe(bytes);
    expect(bodyBytes({ ...anHttpEvent(), body: body.toString(), isBase64Encoded: false })).toBe(bytes);
  });
});
