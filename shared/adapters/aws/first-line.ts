const MAX_CHARS = 500;

/** What a service said, up to its first line end: behind it AWS may repeat our request, session token and all. */
export function firstLine(said: string): string {
  return (said.trimStart().split(/[\r\n]/, 1)[0] ?? '').slice(0, MAX_CHARS);
}

/** For the `initialize` step of an SDK client: the same for the errors that it throws. */
export function cutErrors<A, R>(next: (args: A) => Promise<R>): (args: A) => Promise<R> {
  return async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (error instanceof Error) cut(error);
      throw error;
    }
  };
}

/** The stack begins with the message. */
function cut(error: Error): void {
  const said = error.message;
  const short = firstLine(said);
  if (short === said) return;
  error.message = short;
  if (error.stack !== undefined) error.stack = error.stack.replace(said, () => short);
}
