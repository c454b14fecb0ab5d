import { describe, expect, it } from 'vitest';
import type { TokenSettings } from '#shared/contracts/settings.ts';
import { authorize } from '#shared/runtime/authorize.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { sha256 } from '#test/doubles/rollback-service.ts';
import { steppedClock } from '#test/doubles/stepped-clock.ts';

const known: TokenSettings = { name: 'alertmanager', sha256: sha256('known'), scope: 'alerts' };
const reader: TokenSettings = { name: 'reader', sha256: sha256('reader'), scope: 'read' };
const used = { tokens: [known, reader] };

type Held = { readonly settings: typeof used; readonly stale: boolean };

async function statusFor(authorization: string, atHand: Held | undefined, renewed?: Held) {
  const allowed = await authorize(
    anHttpEvent({ headers: { authorization } }),
    { scopes: ['alerts'], challenge: 'Bearer' },
    {
      settings: async () => used,
      settingsAtHand: () => atHand,
      ...(renewed ? { renewedSettings: async () => renewed } : {}),
      clock: steppedClock(0),
      log: recordingLog(),
    },
  );
  return allowed.kind === 'refused' ? allowed.response.statusCode : 200;
}

const requests = ['Bearer known', 'Bearer new', 'Bearer reader', ''];

describe('a request', () => {
  it.each<[string, Parameters<typeof statusFor>[1], number[]]>([
    ['are the latest', { settings: used, stale: false }, [200, 401, 403, 401]],
    ['never change', undefined, [200, 401, 403, 401]],
    ['may not be the latest', { settings: used, stale: true }, [200, 503, 503, 401]],
    ['have been replaced meanwhile', { settings: { tokens: [] }, stale: false }, [200, 503, 503, 401]],
  ])('is refused for its token only by settings that know all tokens: they %s', async (_what, atHand, statuses) => {
    expect(await Promise.all(requests.map((one) => statusFor(one, atHand)))).toEqual(statuses);
  });

  it.each<[string, Held, number[]]>([
    ['know it', { settings: { tokens: [known, { ...known, sha256: sha256('new') }] }, stale: false }, [200, 401, 401]],
    ['do not know it', { settings: used, stale: false }, [401, 403, 401]],
    ['may not be the latest either', { settings: used, stale: true }, [503, 503, 401]],
  ])(
    'with a token that the settings do not know is judged by those read anew: they %s',
    async (_what, renewed, said) => {
      const atHand = { settings: used, stale: false };

      const statuses = await Promise.all(requests.slice(1).map((one) => statusFor(one, atHand, renewed)));

      expect(statuses).toEqual(said);
    },
  );

  it.each<[string, string[], number[]]>([
    ['Bearer new', ['since 7'], [503]],
    ['Digest new', [], [401]],
    ['', [], [401]],
    ['Bearer known', [], [200]],
  ])(
    'has settings read that are younger than itself, where those could know its token: %j',
    async (authorization, asked, said) => {
      const since: string[] = [];
      const clock = steppedClock(7);
      const settings = async () => {
        await clock.advance(100);
        return used;
      };
      const renewedSettings = async (time: number) => {
        since.push(`since ${time}`);
        return { settings: used, stale: true };
      };

      const allowed = await authorize(
        anHttpEvent({ headers: { authorization } }),
        { scopes: ['alerts'], challenge: 'Bearer' },
        { settings, renewedSettings, clock, log: recordingLog() },
      );

      expect(since).toEqual(asked);
      expect([allowed.kind === 'refused' ? allowed.response.statusCode : 200]).toEqual(said);
    },
  );
});
