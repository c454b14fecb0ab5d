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

async function statusFor(authorization: string, atHand: { settings: typeof used; stale: boolean } | undefined) {
  const allowed = await authorize(
    anHttpEvent({ headers: { authorization } }),
    { scopes: ['alerts'], challenge: 'Bearer' },
    { settings: async () => used, settingsAtHand: () => atHand, clock: steppedClock(0), log: recordingLog() },
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
});
