import { describe, expect, it } from 'vitest';
import { MARK, readMarks } from '#shared/domain/marks.ts';
import { aParsedVirtualService } from '#test/builders/virtual-service.ts';

const marks = (annotations: Record<string, string>) => readMarks(aParsedVirtualService({ annotations }));

describe('the marks of an object', () => {
  it('have defaults that keep testers and ask for a ready stable', () => {
    expect(marks({ other: 'annotation' })).toEqual({
      canary: undefined,
      stable: undefined,
      match: undefined,
      slaMs: undefined,
      holdMs: undefined,
      darkLaunch: 'keep',
      requireReadyStable: true,
      problems: [],
    });
  });

  it('are read, all of them, with blanks around', () => {
    const read = marks({
      [MARK.canary]: ' payment-svc/v2 ',
      [MARK.stable]: 'v1',
      [MARK.match]: 'sloth_service=payments',
      [MARK.sla]: '30s',
      [MARK.hold]: '2h',
      [MARK.darkLaunch]: 'repoint',
      [MARK.requireReadyStable]: 'false',
      [MARK.onRevert]: 'page',
    });

    expect(read).toEqual({
      canary: { host: 'payment-svc', subset: 'v2' },
      stable: { word: 'v1' },
      match: [{ key: 'sloth_service', equal: true, value: 'payments' }],
      slaMs: 30_000,
      holdMs: 7_200_000,
      darkLaunch: 'repoint',
      requireReadyStable: false,
      onRevert: 'page',
      problems: [],
    });
  });

  it('take a FQDN as a word', () => {
    expect(marks({ [MARK.canary]: 'pay.prod.svc.cluster.local' }).canary).toEqual({
      word: 'pay.prod.svc.cluster.local',
    });
  });

  it.each<[string, string]>([
    [MARK.canary, ''],
    [MARK.canary, 'a/b/c'],
    [MARK.canary, '/v2'],
    [MARK.canary, 'payment-svc/'],
    [MARK.canary, '../../etc'],
    [MARK.canary, 'v2; rm -rf /'],
    [MARK.canary, 'x'.repeat(300)],
    [MARK.stable, '-v1'],
    [MARK.stable, 'v1-'],
    [MARK.match, 'sloth_service'],
    [MARK.sla, 'soon'],
    [MARK.sla, '0s'],
    [MARK.hold, '1 hour'],
    [MARK.darkLaunch, 'yes'],
    [MARK.requireReadyStable, 'True'],
    [MARK.onRevert, 'Page'],
    [MARK.onRevert, ''],
  ])('that are malformed are listed with what is allowed: %s=%j', (mark, value) => {
    const { problems } = marks({ [mark]: value });

    expect(problems).toEqual([{ mark, value: value.slice(0, 200), allowed: expect.stringMatching(/\w+/) }]);
  });

  it('are all listed where several are malformed', () => {
    const { problems, darkLaunch } = marks({ [MARK.canary]: '', [MARK.sla]: 'x', [MARK.darkLaunch]: 'y' });

    expect(problems.map(({ mark }) => mark)).toEqual([MARK.canary, MARK.sla, MARK.darkLaunch]);
    expect(darkLaunch).toBe('keep');
  });
});
