import { describe, expect, it } from 'vitest';
import { DEFAULT_NEVER, DEFAULT_SELECTOR } from '#shared/contracts/settings.ts';
import { directive, firingOf, knownLabel } from '#shared/domain/alert.ts';
import { parseMatchers } from '#shared/domain/alert-matcher.ts';
import { chooseAlert } from '#shared/domain/choose-alert.ts';
import { anAlert } from '#test/builders/alert.ts';

describe('an alert', () => {
  it('has one name for each firing', () => {
    const firing = firingOf({ fingerprint: 'abc', startsAt: Date.UTC(2026, 2, 4, 5, 6, 7, 8) });

    expect(firing).toBe('abc@2026-03-04T05:06:07.008Z');
  });

  it('takes directives from a label first, then from the annotation of that name', () => {
    const both = anAlert({ labels: { weightless_action: 'rollback' }, annotations: { weightless_action: 'other' } });
    const annotated = anAlert({ labels: { weightless_action: ' ' }, annotations: { weightless_action: ' rollback ' } });

    expect(directive(both, 'weightless_action')).toBe('rollback');
    expect(directive(annotated, 'weightless_action')).toBe('rollback');
    expect(directive(anAlert(), 'weightless_action')).toBeUndefined();
    expect(directive(anAlert(), 'constructor')).toBeUndefined();
  });

  it('knows nothing by a label that says unknown', () => {
    const alert = anAlert({ labels: { destination_version: 'unknown', version: ' v2 ' } });

    expect(knownLabel(alert, 'destination_version')).toBeUndefined();
    expect(knownLabel(alert, 'version')).toBe('v2');
  });
});

describe('the choice of alerts', () => {
  const rules = { selector: DEFAULT_SELECTOR.map(parseMatchers), never: DEFAULT_NEVER.map(parseMatchers) };

  it.each<[Record<string, string>, 'chosen' | 'not-an-slo-alert']>([
    [{ severity: 'critical' }, 'chosen'],
    [{ severity: 'page' }, 'chosen'],
    [{ sloth_severity: 'page' }, 'chosen'],
    [{ severity: 'warning' }, 'not-an-slo-alert'],
    [{}, 'not-an-slo-alert'],
    [{ severity: 'ticket' }, 'not-an-slo-alert'],
    // What is never to act beats the selector.
    [{ severity: 'critical', sloth_severity: 'ticket' }, 'not-an-slo-alert'],
    [{ severity: 'critical', alertname: 'SLOMetricAbsent' }, 'not-an-slo-alert'],
  ])('by the defaults says of %j: %s', (labels, choice) => {
    expect(chooseAlert(anAlert({ labels }), rules)).toBe(choice);
  });

  it('passes a resolved alert by, whatever its labels', () => {
    expect(chooseAlert(anAlert({ status: 'resolved', labels: {} }), rules)).toBe('resolved');
  });
});
