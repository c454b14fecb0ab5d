import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { annotateCommand, kubectl, patchCommand } from '#shared/domain/command.ts';
import { aParsedVirtualService, aVirtualService } from '#test/builders/virtual-service.ts';
import { applyJsonPatch, JsonPatchError } from '#test/doubles/apply-json-patch.ts';
import { parseShell } from '#test/doubles/parse-shell.ts';

const HOSTILE = [
  '',
  ' ',
  "it's",
  "'; rm -rf / #",
  '$(reboot)',
  '`reboot`',
  '$HOME',
  'a\\b',
  'two\nlines',
  '"quoted"',
  '*',
  '~',
  '!!',
  '--flag=x y',
  'ümläut €',
  "'''",
];

describe('a command line', () => {
  it.each(HOSTILE)('hands %j to a shell as one word', (word) => {
    expect(parseShell(kubectl(undefined, ['get', word, 'end']))).toEqual(['kubectl', 'get', word, 'end']);
  });

  it('says the same to a real shell', () => {
    const line = kubectl("the 'prod' context", HOSTILE).replace(/^kubectl/, 'printf "%s\\0"');

    const words = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);

    expect(words).toEqual(['--context', "the 'prod' context", ...HOSTILE]);
  });

  it('names the context of the cluster where one is known', () => {
    expect(kubectl('prod-eu', ['get', 'pods'])).toBe('kubectl --context prod-eu get pods');
    expect(kubectl(undefined, ['get', 'pods'])).toBe('kubectl get pods');
  });
});

describe('the command that takes a canary to zero', () => {
  const edits = [
    { path: '/spec/http/1/route/0/weight', from: 1, to: 100 },
    { path: '/spec/http/1/route/1/weight', from: 99, to: 0 },
  ];
  const { run } = patchCommand(aParsedVirtualService(), edits, 'prod-eu');
  const words = parseShell(run);
  const patch = JSON.parse(words.at(-1) ?? '');

  it('says which object of which cluster it patches', () => {
    expect(words.slice(0, -1)).toEqual([
      ...['kubectl', '--context', 'prod-eu', '-n', 'production', 'patch', 'virtualservices.networking.istio.io'],
      ...['payment-svc', '--type=json', '-p'],
    ]);
  });

  it('carries tests of what it touches, and no version, so that a person may run it minutes later', () => {
    expect(patch).toEqual([
      { op: 'test', path: '/spec/http/1/route/0/destination', value: { host: 'payment-svc', subset: 'v1' } },
      { op: 'test', path: '/spec/http/1/route/1/destination', value: { host: 'payment-svc', subset: 'v2' } },
      { op: 'test', path: '/spec/http/1/route/0/weight', value: 1 },
      { op: 'test', path: '/spec/http/1/route/1/weight', value: 99 },
      { op: 'add', path: '/spec/http/1/route/0/weight', value: 100 },
      { op: 'add', path: '/spec/http/1/route/1/weight', value: 0 },
    ]);
  });

  it('runs on the object as it was read, also after somebody else wrote elsewhere', () => {
    const object = aVirtualService({ annotations: { new: 'annotation' } });

    expect(applyJsonPatch(object, patch).spec.http?.[1]?.route).toMatchObject([{ weight: 100 }, { weight: 0 }]);
  });

  it('does not run where a route was put before the one that it is about', () => {
    const { spec } = aVirtualService();
    const moved = aVirtualService({ spec: { ...spec, http: [{ route: [] }, ...(spec.http ?? [])] } });

    expect(() => applyJsonPatch(moved, patch)).toThrow(JsonPatchError);
  });

  it('tests the mirror that it stops', () => {
    const mirror = { host: 'payment-svc', subset: 'v2' };
    const object = aParsedVirtualService({ spec: { http: [{ mirror, mirrors: [{ destination: mirror }] }] } });
    const stopped = ['/spec/http/0/mirrorPercentage', '/spec/http/0/mirrors/0/percentage'];

    const command = patchCommand(
      object,
      stopped.map((path) => ({ path, from: undefined, to: { value: 0 } })),
    );

    expect(JSON.parse(parseShell(command.run).at(-1) ?? '').slice(0, 2)).toEqual([
      { op: 'test', path: '/spec/http/0/mirror', value: mirror },
      { op: 'test', path: '/spec/http/0/mirrors/0/destination', value: mirror },
    ]);
  });
});

describe('the command that marks', () => {
  it('overwrites one annotation', () => {
    const { does, run } = annotateCommand(aParsedVirtualService(), 'weightless/canary', 'payment-svc/v2', 'mark it');

    expect(does).toBe('mark it');
    expect(run).toBe(
      'kubectl -n production annotate --overwrite virtualservices.networking.istio.io payment-svc weightless/canary=payment-svc/v2',
    );
  });
});
