import { describe, expect, it } from 'vitest';
import type { Residual } from '#shared/domain/residual.ts';
import { fitDraft } from '#shared/steps/fit-draft.ts';
import { aRollbackDraft } from '#test/builders/rollback-draft.ts';

const KIB = 1024;
const aCommand = (chars: number) => ({ does: 'take it to zero', run: 'k'.repeat(chars) });
const aResidual = (kind: Residual['kind'], index: number): Residual => ({
  kind,
  virtualService: 'production/payment-svc',
  route: `route-${index}`,
  what: 'x'.repeat(KIB),
});
const text = (chars: number) => '€'.repeat(chars);

describe('a draft', () => {
  it('of an ordinary size is kept as it is', () => {
    const draft = aRollbackDraft({ commands: [aCommand(10 * KIB)], residual: [aResidual('header-route', 1)] });

    expect(fitDraft(draft)).toEqual(draft);
  });

  it('that is larger than an item of the store may be leaves out what has no room, and says so', () => {
    const draft = aRollbackDraft({
      message: 'It was not.',
      commands: [aCommand(500 * KIB), aCommand(KIB)],
      virtualServices: Array.from({ length: 5000 }, (_, index) => `production/payment-svc-${index}`),
      unknowns: Array.from({ length: 5000 }, (_, index) => `pods of ${index}`),
      residual: Array.from({ length: 1000 }, (_, index) => aResidual('header-route', index)),
    });

    const fitted = fitDraft(draft);

    expect(Buffer.byteLength(JSON.stringify(fitted))).toBeLessThan(256 * KIB);
    expect(fitted.commands).toEqual([aCommand(KIB)]);
    expect(fitted.message).toMatch(/^It was not\. Too large to keep: 1 commands, \d+ VirtualServices, \d+ residual/);
  });

  it('does not leave out the exposure that pages', () => {
    const harmless = Array.from({ length: 1000 }, (_, index) => aResidual('header-route', index));
    const paging = aResidual('unmanaged-virtual-service', 1000);

    expect(fitDraft(aRollbackDraft({ residual: [...harmless, paging] })).residual).toContainEqual(paging);
  });

  it('keeps the first part of words and of an alert that are too long', () => {
    const many = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`label${index}`, text(1000)]));
    const alert = { ...aRollbackDraft().alert, labels: { severity: 'critical', ...many }, annotations: many };

    const fitted = fitDraft(aRollbackDraft({ message: text(500 * KIB), alert }));

    expect(Buffer.byteLength(JSON.stringify(fitted))).toBeLessThan(256 * KIB);
    expect(fitted.alert.labels['severity']).toBe('critical');
    expect(fitted.message).toMatch(/^€+…$/);
  });
});
