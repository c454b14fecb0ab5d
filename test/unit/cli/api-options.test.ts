import { describe, expect, test } from 'vitest';
import { apiOptions } from '#cli/api/api-options.ts';
import { CliError } from '#cli/cli-error.ts';

describe('where the service is and who asks', () => {
  test('is said by the environment', () => {
    const options = apiOptions({}, { WEIGHTLESS_URL: 'https://a.example/prod', WEIGHTLESS_TOKEN: ' token\n' });

    expect({ ...options, url: options.url.href }).toEqual({ url: 'https://a.example/prod', token: 'token' });
  });

  test('the option beats the environment', () => {
    const { url } = apiOptions(
      { url: 'http://127.0.0.1:8080' },
      { WEIGHTLESS_URL: 'https://a.example', WEIGHTLESS_TOKEN: 't' },
    );

    expect(url.host).toBe('127.0.0.1:8080');
  });

  test.each([
    ['no address', {}, /--url https:.*WEIGHTLESS_URL/],
    ['no token', { WEIGHTLESS_URL: 'https://a.example' }, /Set WEIGHTLESS_TOKEN/],
    ['a token in two lines', { WEIGHTLESS_URL: 'https://a.example', WEIGHTLESS_TOKEN: 'a\nb' }, /pasted whole/],
    ['an address in clear', { WEIGHTLESS_URL: 'http://a.example', WEIGHTLESS_TOKEN: 't' }, /must be https/],
    [
      'a password in it',
      { WEIGHTLESS_URL: 'https://a:hidden@a.example', WEIGHTLESS_TOKEN: 't' },
      /without user and password/,
    ],
    ['no URL', { WEIGHTLESS_URL: 'a.example', WEIGHTLESS_TOKEN: 't' }, /must be https/],
  ])('is refused with %s, in one line and without what is secret', (_, environment, line) => {
    const read = () => apiOptions({}, environment);

    expect(read).toThrow(CliError);
    expect(read).toThrow(line);
    expect(read).toThrow(/^(?!.*hidden)[^\n]+$/);
  });
});
