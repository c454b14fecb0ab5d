/** What the service calls what a request brings, and what it is here. */
const OWN: readonly (readonly [theirs: string, ours: string])[] = [
  ['with "force": true', 'with --force'],
  ['Send Idempotency-Key: ', 'Give --key '],
  ['This Idempotency-Key', 'This --key'],
  ['the same Idempotency-Key', 'the same --key'],
  ['GET /v1/rollbacks lists', '`weightless list` lists'],
];

/** The service's words about a request, as whoever typed a command needs them. */
export function ownWords(text: string): string {
  return OWN.reduce((words, [theirs, ours]) => words.replaceAll(theirs, ours), text);
}
