import { describe, expect, it } from 'vitest';
import { readArguments } from '#infra/deploy/deploy-arguments.ts';

describe('the arguments of a deploy', () => {
  it('are those of serverless.yml where nothing is given', () => {
    const { stage, region, params } = readArguments([], {});

    expect([stage, region]).toEqual(['dev', 'us-east-1']);
    expect(params).toMatchObject({ architecture: 'arm64', retain: 'true', provisionedConcurrency: '0' });
    expect(params['alarmTopic']).toBeUndefined();
  });

  it('are taken as osls takes them: with a space or an equals sign, long or short', () => {
    const spaced = readArguments(['--stage', 'prod', '-r', 'eu-central-1', '--param', 'retain=false'], {});
    const joined = readArguments(['-s=prod', '--region=eu-central-1', '--param=retain=false'], {});

    expect(spaced).toEqual(joined);
    expect(spaced).toMatchObject({ stage: 'prod', region: 'eu-central-1', params: { retain: 'false' } });
  });

  it('take the region of the environment before the default', () => {
    expect(readArguments([], { AWS_REGION: 'ap-southeast-2' }).region).toBe('ap-southeast-2');
  });

  it('keep all that stands behind the first equals sign of a parameter', () => {
    const { params } = readArguments(['--param', 'settings=a=b.json'], {});

    expect(params['settings']).toBe('a=b.json');
  });

  it('are refused where a parameter is unknown, with those that there are', () => {
    expect(() => readArguments(['--param', 'retian=false'], {})).toThrow(
      /There is no parameter retian; serverless\.yml has settings, architecture, retain/,
    );
  });

  it.each(['retain=no', 'eksAccess=yes'])('are refused where a switch is neither true nor false: %s', (param) => {
    expect(() => readArguments(['--param', param], {})).toThrow(/takes true or false, not (no|yes)/);
  });

  it('are refused where a parameter has no value', () => {
    expect(() => readArguments(['--param', 'retain'], {})).toThrow('write --param NAME=VALUE');
  });

  it.each(['Prod', 'a/b', '../x', '1a', 'a'.repeat(21)])('are refused where the stage is %s', (stage) => {
    expect(() => readArguments(['--stage', stage], {})).toThrow(`The stage ${stage} cannot be used`);
  });
});
