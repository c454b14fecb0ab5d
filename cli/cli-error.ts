/** Something that the user of the command can mend: printed as one line, exit 1. */
export class CliError extends Error {
  override name = 'CliError' as const;
}
