import type { Log } from '#shared/ports/telemetry.ts';

/** One line a message, for a person: what went well is on the page, so only warnings and errors are printed. */
export function consoleLog(out: (line: string) => void): Log {
  const line =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const detail = fields['detail'] ?? fields['answer'] ?? fields['cause'] ?? fields['stack'] ?? fields['message'];
      out(`${level}: ${message}${detail === undefined ? '' : `: ${String(detail).trim()}`}`);
    };
  return { info: () => undefined, warn: line('warning'), error: line('error') };
}
