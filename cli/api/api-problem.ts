import { CliError, EXIT } from '#cli/cli-error.ts';

/** The service answered, and not with what was asked for: the words are its own, with what to do next. */
export class ApiProblem extends CliError {
  readonly status: number;
  /** The answer's JSON: a 409 tells the difference in it. undefined where it is none. */
  readonly body: unknown;

  constructor(message: string, { status, body }: { status: number; body: unknown }) {
    super(message, { exitCode: status >= 500 || status === 429 ? EXIT.retry : EXIT.failed });
    this.status = status;
    this.body = body;
  }
}
