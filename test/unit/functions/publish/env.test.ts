import { describe, expect, it } from 'vitest';
import { readPublishEnv } from '#functions/publish/env.ts';

describe('the environment of the publish function', () => {
  it('names the table, the bus and the dead letters', () => {
    const env = readPublishEnv({
      WEIGHTLESS_TABLE: 'rollbacks',
      WEIGHTLESS_EVENT_BUS: 'platform',
      WEIGHTLESS_DEAD_LETTERS: 'https://sqs.example/letters',
      HOME: '/',
    });

    expect(env).toEqual({ table: 'rollbacks', eventBus: 'platform', deadLetters: 'https://sqs.example/letters' });
  });

  it('is refused with every variable that is missing or empty', () => {
    const read = () => readPublishEnv({ WEIGHTLESS_EVENT_BUS: '' });

    expect(read).toThrow(/WEIGHTLESS_TABLE[\s\S]*WEIGHTLESS_EVENT_BUS[\s\S]*WEIGHTLESS_DEAD_LETTERS/);
  });
});
