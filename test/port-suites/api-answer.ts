import { expect } from 'vitest';
import type { StageAnswer } from './cluster-stage.ts';

export type Told = { readonly status: number; readonly body: unknown };

/** An answer with its JSON; with its text where that is no JSON. */
export function told({ status, text }: StageAnswer): Told {
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    return { status, body: text };
  }
}

/** A Status of failure, whole: nothing is in it but what is named here. */
export function aFailure(status: number, parts: { reason?: string; message: unknown; details?: unknown }): Told {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: status, ...parts };
  return { status, body };
}

export function detailsOf(name: string | undefined, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...(name === undefined ? {} : { name }), group: 'networking.istio.io', kind: 'virtualservices', ...more };
}

export const ANY_WORDS: unknown = expect.any(String);
