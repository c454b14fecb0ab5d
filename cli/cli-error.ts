/** What a command ends with: documented in its help, so that scripts can tell. */
export const EXIT = {
  /** Done, or nothing to do. */
  ok: 0,
  /** Not done, and it needs a person: wrong use, refused, not found, not allowed. */
  failed: 1,
  /** Not done, and the same once more may do it: no answer, or an answer of 5xx. */
  retry: 2,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something that the user of the command can mend: printed as one line, exit 1 where it names no other code. */
export class CliError extends Error {
  override name = 'CliError' as const;
  readonly exitCode: ExitCode;

  constructor(message: string, { exitCode = EXIT.failed, cause }: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
