import { describe, expect, it } from 'vitest';
import { readEnv } from '#functions/publish/env.ts';

describe('the environment of the publish function', () => {
  it('names the table and the bus', () => {
    const env = readEnv({ WEIGHTLESS_TABLE: 'rollbacks', WEIGHTLESS_EVENT_BUS: 'platform', HOME: '/' });

    expect(env).toEqual({ table: 'rollbacks', eventBus: 'platform' });
  });

  it('is refused with every variable that is missing or empty', () => {
    const read = () => readEnv({ WEIGHTLESS_EVENT_BUS: '' });

    expect(read).toThrow(/WEIGHTLESS_TABLE[\s\S]*WEIGHTLESS_EVENT_BUS/);
  });
});
