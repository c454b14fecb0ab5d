import { describe, expect, it } from 'vitest';
import {
  labelModeCommand,
  listManagedCommand,
  markingCommands,
  ownerCommands,
  removeMarkCommand,
  showCommand,
  stableCommands,
} from '#shared/domain/commands-for.ts';
import { readManaged } from '#shared/domain/managed.ts';
import type { VirtualServiceSpec } from '#shared/domain/virtual-service.ts';
import { aParsedVirtualService } from '#test/builders/virtual-service.ts';
import { parseShell } from '#test/doubles/parse-shell.ts';

const host = 'payment-svc.production.svc.cluster.local';
const of = (subset: string) => ({ host, subset });
const versions = (...names: string[]) => [
  {
    namespace: 'production',
    name: 'payment-svc',
    host,
    subsets: names.map((name) => ({ name, labels: { version: name } })),
  },
];

function managed(spec?: VirtualServiceSpec) {
  const [one] = readManaged([aParsedVirtualService({ annotations: {}, ...(spec ? { spec } : {}) })]);
  if (!one) throw new Error('one object');
  return one;
}

const sole = managed({ http: [{ route: [{ destination: { host: 'payment-svc', subset: 'v2' } }] }] });
const verbOf = (run: string) => parseShell(run).find((word) => ['patch', 'annotate', 'label', 'get'].includes(word));

describe('the commands for a canary that nobody marked', () => {
  it('are for each that could be it: take it to zero, and mark it', () => {
    const commands = markingCommands(managed(), [of('v1'), of('v2')], 'prod');

    expect(commands.map(({ does, run }) => `${verbOf(run)}: ${does.split(':')[0]}`)).toEqual([
      `patch: if ${host}/v1 is the canary`,
      `annotate: if ${host}/v1 is the canary`,
      `patch: if ${host}/v2 is the canary`,
      `annotate: if ${host}/v2 is the canary`,
    ]);
    for (const { run } of commands) expect(parseShell(run).slice(0, 3)).toEqual(['kubectl', '--context', 'prod']);
    expect(parseShell(commands[3]?.run ?? '').at(-1)).toBe(`weightless/canary=${host}/v2`);
  });

  it('are no more than a person reads', () => {
    const many = Array.from({ length: 9 }, (_, index) => of(`v${index}`));

    expect(markingCommands(managed(), many).length).toBeLessThanOrEqual(8);
  });
});

describe('the commands for a stable that nobody marked', () => {
  it('are for each subset of the canary’s host that could be it, and show the object', () => {
    const commands = stableCommands(sole, of('v2'), versions('v1', 'v2'), undefined);

    expect(commands.map(({ run }) => verbOf(run))).toEqual(['patch', 'annotate', 'get']);
    expect(commands[0]?.does).toMatch(/^if .*\/v1 is stable: take the canary/);
    expect(JSON.parse(parseShell(commands[0]?.run ?? '').at(-1) ?? '').at(-1)).toMatchObject({
      op: 'replace',
      value: { host: 'payment-svc', subset: 'v1' },
    });
    expect(parseShell(commands[1]?.run ?? '').at(-1)).toBe(`weightless/stable=${host}/v1`);
  });

  it('do not offer what reaches the canary, too', () => {
    const wider = [
      { ...versions('v2')[0], subsets: [...(versions('v2')[0]?.subsets ?? []), { name: 'all', labels: {} }] },
    ];

    const commands = stableCommands(
      sole,
      of('v2'),
      wider.map((rule) => ({ namespace: '', name: '', host, ...rule })),
    );

    expect(commands.map(({ run }) => verbOf(run))).toEqual(['get']);
  });
});

describe('the other commands', () => {
  it('say and do one thing each', () => {
    const one = managed();
    const problem = { mark: 'weightless/sla', value: 'x', allowed: 'a duration' };

    expect(removeMarkCommand(one, problem).run).toMatch(/annotate .* payment-svc weightless\/sla-$/);
    expect(labelModeCommand(one.object).run).toMatch(/label --overwrite .* payment-svc weightless\/mode=act$/);
    expect(showCommand(one).run).toMatch(/get .* payment-svc -o yaml$/);
    expect(listManagedCommand('prod').run).toMatch(/^kubectl --context prod get .* -A -l weightless\/mode$/);
  });

  it.each([
    ['flagger', 'canaries.flagger.app', { spec: { suspend: true } }],
    ['rollouts', 'rollouts.argoproj.io', { status: { abort: true } }],
  ] as const)('of %s pull its own lever', (by, kind, patch) => {
    const [command] = ownerCommands({ by, namespace: 'production', name: 'payment' });

    const words = parseShell(command?.run ?? '');
    expect(words).toContain(kind);
    expect(JSON.parse(words.at(-1) ?? '')).toEqual(patch);
  });
});
