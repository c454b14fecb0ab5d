import { describe, expect, it } from 'vitest';
import { matchesAny, parseMatchers } from '#shared/domain/alert-matcher.ts';

const holds = (text: string, labels: Record<string, string>) => matchesAny([parseMatchers(text)], labels);

describe('matchers', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['severity="critical"', { severity: 'critical' }, true],
    ['severity="critical"', { severity: 'criticality' }, false],
    ['severity=critical', { severity: 'critical' }, true],
    ['severity!="ticket"', { severity: 'page' }, true],
    ['severity!="ticket"', {}, true],
    ['severity=""', {}, true],
    ['severity=', {}, true],
    ['severity=~"critical|page"', { severity: 'page' }, true],
    ['severity=~"critical|page"', { severity: 'homepage' }, false],
    ['severity=~"critical|page"', { severity: 'critical2' }, false],
    ['severity=~"crit.*"', { severity: 'crit\nical' }, true],
    ['severity!~"info|ticket"', { severity: 'ticket' }, false],
    ['severity!~"info|ticket"', {}, true],
    ['{severity="page"}', { severity: 'page' }, true],
    ['{ severity = "page" , team =~ "pay.*" }', { severity: 'page', team: 'payments' }, true],
    ['severity="page",team="pay"', { severity: 'page', team: 'search' }, false],
    ['severity="page",', { severity: 'page' }, true],
    ['summary="says \\"no\\", and\\nmore"', { summary: 'says "no", and\nmore' }, true],
    ['path="a\\\\b"', { path: 'a\\b' }, true],
    ['team="a,b"', { team: 'a,b' }, true],
    ['toString=""', {}, true],
  ])('%s on %j: %j', (text, labels, expected) => {
    expect(holds(text, labels)).toBe(expected);
  });

  it('of several alternatives need one that holds', () => {
    const alternatives = ['severity=~"critical|page"', 'sloth_severity="page"'].map(parseMatchers);

    expect(matchesAny(alternatives, { sloth_severity: 'page' })).toBe(true);
    expect(matchesAny(alternatives, { severity: 'ticket' })).toBe(false);
    expect(matchesAny([], { severity: 'page' })).toBe(false);
  });

  it.each([
    ['', /at least one matcher/],
    ['{}', /at least one matcher/],
    ['severity', /Expected a matcher such as severity="critical" at: severity/],
    ['="a"', /Expected a matcher/],
    ['severity="a" team="b"', /Expected a comma at: team="b"/],
    ['severity=~"("', /Not a regular expression: \(/],
    ['severity="open', /Expected a comma|Expected a matcher/],
  ])('that are malformed say what was expected: %j', (text, message) => {
    expect(() => parseMatchers(text)).toThrow(message);
  });
});
