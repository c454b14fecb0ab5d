/** Something that no retry mends, with all that a person needs to find and to send it again. */
export type DeadLetter = { readonly problem: string } & Readonly<Record<string, unknown>>;

/** Where what can never be handled waits for a person, so that it does not hold up the rest. */
export type DeadLetters = {
  put(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void>;
};
