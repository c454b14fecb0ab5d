import { describe, expect, it } from 'vitest';
import { readGuardEnv } from '#functions/guard/env.ts';

describe('the environment of the guard function', () => {
  it('names the table and the bus', () => {
    const env = readGuardEnv({ WEIGHTLESS_TABLE: 'rollbacks', WEIGHTLESS_EVENT_BUS: 'platform', HOME: '/' });

    expect(env).toEqual({ table: 'rollbacks', eventBus: 'platform' });
  });

  it('may say where the report is', () => {
    const needed = { WEIGHTLESS_TABLE: 'rollbacks', WEIGHTLESS_EVENT_BUS: 'platform' };

    expect(readGuardEnv({ ...needed, WEIGHTLESS_PAGE_URL: 'https://weightless.example.com' }).pageUrl).toBe(
      'https://weightless.example.com',
    );
  });

  it('is refused with every variable that is missing or empty', () => {
    expect(() => readGuardEnv({ WEIGHTLESS_EVENT_BUS: '' })).toThrow(/WEIGHTLESS_TABLE[\s\S]*WEIGHTLESS_EVENT_BUS/);
  });
});
