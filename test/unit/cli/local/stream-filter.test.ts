import { expect, test } from 'vitest';
import { passesFilter } from '#cli/local/stream-filter.ts';
import { deployedStream } from '#test/doubles/deployed-stream.ts';

const record = (eventName: string, pk: string) => ({ eventName, dynamodb: { Keys: { pk: { S: pk } } } });

test.for([
  { what: 'a new event', given: record('INSERT', 'EVENT#1'), passes: true },
  { what: 'a changed event', given: record('MODIFY', 'EVENT#1'), passes: false },
  { what: 'a removed event', given: record('REMOVE', 'EVENT#1'), passes: false },
  { what: 'a new rollback', given: record('INSERT', 'ROLLBACK#1'), passes: false },
  { what: 'a key that holds the prefix further on', given: record('INSERT', 'X#EVENT#1'), passes: false },
  { what: 'a record without keys', given: { eventName: 'INSERT' }, passes: false },
])('the deployed filter, given $what, says $passes', ({ given, passes }) => {
  expect(passesFilter(deployedStream().filterPatterns, given)).toBe(passes);
});

test('without patterns everything passes', () => {
  expect(passesFilter([], record('REMOVE', 'x'))).toBe(true);
});

test('of several patterns one is enough', () => {
  const patterns = [{ eventName: ['INSERT'] }, { eventName: ['REMOVE'] }];

  const passed = ['INSERT', 'MODIFY', 'REMOVE'].filter((name) => passesFilter(patterns, record(name, 'x')));

  expect(passed).toEqual(['INSERT', 'REMOVE']);
});

test('an operator that is not known here is an error, and no silent leaving out', () => {
  const pattern = JSON.parse('{"eventName":[{"anything-but":"REMOVE"}]}');

  expect(() => passesFilter([pattern], record('INSERT', 'x'))).toThrow('anything-but');
});
