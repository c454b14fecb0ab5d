import { describe, expect, test } from 'vitest';
import { CliError } from '#cli/cli-error.ts';
import { parseStartOptions } from '#cli/start-options.ts';

describe('the options of weightless start', () => {
  test('are those of the demo where none is given', () => {
    expect(parseStartOptions([])).toEqual({ demo: true, mode: 'act' });
  });

  test('are taken together', () => {
    const cluster = ['--kubeconfig', 'file', '--context', 'name', '--cluster-name', 'eu', '--mode', 'observe'];
    const args = ['--port', '9000', '--no-demo', '--data', 'folder', ...cluster];

    expect(parseStartOptions(args)).toEqual({
      port: 9000,
      kubeconfig: 'file',
      context: 'name',
      clusterName: 'eu',
      mode: 'observe',
      demo: false,
      dataDir: 'folder',
    });
  });

  test.each(['--help', '-h'])('are none where %s asks for help', (help) => {
    expect(parseStartOptions(['--no-demo', help])).toBeUndefined();
  });

  test.each([
    [['--bogus'], /'--bogus'.*Try --help/],
    [['extra'], /'extra'.*Try --help/],
    [['--port'], /'--port.*Try --help/],
    [['--port', 'x'], /--port takes a number.*"x"/],
    [['--port', '0'], /--port takes a number.*"0"/],
    [['--port', '65536'], /--port takes a number.*"65536"/],
    [['--port', '80.5'], /--port takes a number.*"80\.5"/],
    [['--mode', 'off'], /--mode takes act, suggest, observe, not "off"/],
    [['--context', 'a'], /--context needs --kubeconfig/],
  ])('are refused in one line where they are %j', (args, line) => {
    const parse = () => parseStartOptions(args);

    expect(parse).toThrow(CliError);
    expect(parse).toThrow(line);
    expect(parse).toThrow(/^[^\n]+$/);
  });
});
