import { describe, expect, it } from 'vitest';
import { readGuardEnv } from '#functions/guard/env.ts';

describe('the environment of the guard function', () => {
  it('names the table and the bus', () => {
    const env = readGuardEnv({ WEIGHTLESS_TABLE: 'rollbacks', WEIGHTLESS_EVENT_BUS: 'platform', HOME: '/' });

    expect(env).toEqual({ table: 'rollbacks', eventBus: 'platform' });
  });

  it('is refused with every variable that is missing or empty', () => {
    expect(() => readGuardEnv({ WEIGHTLESS_EVENT_BUS: '' })).toThrow(/WEIGHTLESS_TABLE[\s\S]*WEIGHTLESS_EVENT_BUS/);
  });
});
