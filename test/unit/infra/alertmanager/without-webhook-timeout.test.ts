import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withoutWebhookTimeout } from '#infra/alertmanager/without-webhook-timeout.ts';

const shipped = (name: string) => readFile(new URL(`../../../../infra/alertmanager/${name}`, import.meta.url), 'utf8');

describe('withoutWebhookTimeout', () => {
  it('takes the timeout out of each webhook and keeps everything else', () => {
    const text = `
receivers:
  - name: nobody
  - name: two
    webhook_configs:
      - url: https://a.example.com # a comment
        timeout: 10s
      - timeout: 5s
        url: https://b.example.com
    email_configs: [{ to: a@example.com, timeout: 3s }]
`;

    const result = withoutWebhookTimeout(text);

    expect(parse(result)).toEqual({
      receivers: [
        { name: 'nobody' },
        {
          name: 'two',
          webhook_configs: [{ url: 'https://a.example.com' }, { url: 'https://b.example.com' }],
          email_configs: [{ to: 'a@example.com', timeout: '3s' }],
        },
      ],
    });
    expect(result).toContain('# a comment');
  });

  it('says what is wrong with a file that has no receivers', () => {
    expect(() => withoutWebhookTimeout('route: {}')).toThrow('no list of receivers');
  });

  it('has written the alertmanager-0.25.yml that is shipped: else run infra/alertmanager/write-old-variant.ts', async () => {
    const written = await shipped('alertmanager-0.25.yml');

    expect(written).toBe(withoutWebhookTimeout(await shipped('alertmanager.yml')));
  });
});
