/** Why a request got no whole answer, for a person. node:http says of an aborted one only that it was; its cause is the reason. */
export function whyUnanswered(cause: unknown): string {
  const isAborted = cause instanceof Error && cause.name === 'AbortError' && cause.cause !== undefined;
  const reason = isAborted ? cause.cause : cause;
  if (!(reason instanceof Error)) return String(reason);
  return reason.name === 'TimeoutError' ? 'no answer in time' : reason.message;
}
