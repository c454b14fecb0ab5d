import { describe, expect, it } from 'vitest';
import { AwsFault } from '#shared/adapters/aws/aws-fault.ts';
import { ssmSettingsSource } from '#shared/adapters/aws/ssm-settings-source.ts';
import { scriptedAws } from '#test/doubles/scripted-aws.ts';

const never = new AbortController().signal;
const path = '/weightless/prod';

function pageOf(names: readonly string[], next?: string): string {
  return JSON.stringify({ Parameters: names.map((Name) => ({ Name, Value: `text of ${Name}` })), NextToken: next });
}

describe('the settings kept in SSM Parameter Store', () => {
  it('are all parameters below the path, of all pages, by name', async () => {
    const aws = scriptedAws(({ body }) => {
      const { NextToken } = JSON.parse(body);
      if (NextToken === undefined) return pageOf(['/weightless/prod/c', '/weightless/prod/a'], 'second');
      return NextToken === 'second' ? pageOf([], 'third') : pageOf(['/weightless/prod/b']);
    });

    const parts = await ssmSettingsSource({ aws, path }).read(never);

    expect(parts).toEqual([
      { name: '/weightless/prod/a', text: 'text of /weightless/prod/a' },
      { name: '/weightless/prod/b', text: 'text of /weightless/prod/b' },
      { name: '/weightless/prod/c', text: 'text of /weightless/prod/c' },
    ]);
    expect(aws.asked.map(({ body }) => JSON.parse(body).NextToken)).toEqual([undefined, 'second', 'third']);
  });

  it('are none where there is nothing below the path', async () => {
    const aws = scriptedAws(() => pageOf([]));

    expect(await ssmSettingsSource({ aws, path }).read(never)).toEqual([]);
  });

  it('are not read in part: a page that fails fails them all', async () => {
    const aws = scriptedAws(({ body }) => {
      if (!body.includes('NextToken')) return pageOf(['/weightless/prod/a'], 'second');
      throw new AwsFault('SSM answered with AccessDeniedException', {
        retryable: false,
        code: 'AccessDeniedException',
      });
    });

    const read = ssmSettingsSource({ aws, path }).read(never);

    await expect(read).rejects.toMatchObject({
      name: 'SettingsSourceFault',
      message: expect.stringMatching(
        /^The settings below \/weightless\/prod in SSM Parameter Store could not be read: .*grant the function's role/,
      ),
    });
  });

  it.each(['{}', '{"Parameters":[{"Name":"a"}]}', 'null'])('are not read from an answer such as %s', async (answer) => {
    const read = ssmSettingsSource({ aws: scriptedAws(() => answer), path }).read(never);

    await expect(read).rejects.toMatchObject({ message: expect.stringContaining('cannot be read as its answer') });
  });

  it('end, even where the pages do not', async () => {
    const aws = scriptedAws(() => pageOf(['/weightless/prod/a'], 'again'));

    const read = ssmSettingsSource({ aws, path }).read(never);

    await expect(read).rejects.toMatchObject({ message: expect.stringContaining('over 1000 parameters') });
    expect(aws.asked).toHaveLength(100);
  });
});
