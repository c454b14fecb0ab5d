import type { Log } from '#shared/ports/telemetry.ts';

export type LogLine = { level: keyof Log; message: string; fields: Readonly<Record<string, unknown>> };

/** Keeps what is logged. */
export function recordingLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Log): Log[keyof Log] =>
    (message, fields = {}) => {
      lines.push({ level, message, fields });
    };
  return { info: at('info'), warn: at('warn'), error: at('error'), lines };
}
