import { describe, expect, it } from 'vitest';
import { parseSettings, type Settings } from '#shared/contracts/settings.ts';
import { keepSettings } from '#shared/runtime/keep-settings.ts';
import { REFRESH_AFTER_MS } from '#shared/runtime/read-settings.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { recordingMeter } from '#test/doubles/recording-meter.ts';
import {
  parametersOf,
  type ScriptedSettingsSource,
  scriptedSettingsSource,
} from '#test/doubles/scripted-settings-source.ts';
import { steppedClock } from '#test/doubles/stepped-clock.ts';

const PATH = '/weightless/test';
const START = 1_000_000;

function documentOf(more: Readonly<Record<string, unknown>> = {}) {
  return {
    clusters: [{ name: 'eu', endpoint: 'https://eu.example.com', token: { env: 'EU' } }],
    tokens: [{ name: 'alertmanager', sha256: 'a'.repeat(64), scope: 'alerts' }],
    ...more,
  };
}
const stored = (more?: Readonly<Record<string, unknown>>) => parametersOf(documentOf(more), PATH);
const packaged = () => parseSettings(JSON.stringify(documentOf({ mode: 'observe' })));
const noPackage = (): Settings => {
  throw new Error('ENOENT: settings.json');
};
const withoutTokens = () => [
  ...stored({ mode: 'suggest' }).filter(({ name }) => name !== `${PATH}/settings`),
  { name: `${PATH}/settings`, text: '{"mode":"suggest","tokens":[]}' },
];

function keeping(source: ScriptedSettingsSource, fallback: () => Settings = packaged) {
  const clock = steppedClock(START);
  const log = recordingLog();
  const meter = recordingMeter();
  const changes: string[] = [];
  const keeper = keepSettings({
    source,
    path: PATH,
    fallback,
    onChange: ({ mode }) => changes.push(mode),
    clock,
    log,
    meter,
  });
  return { keeper, source, clock, log, meter, changes };
}

/** A keeper whose first reading has arrived, and whose settings are old by now. */
async function keepingOld() {
  const kept = keeping(scriptedSettingsSource(stored({ mode: 'act' })));
  await kept.keeper.current();
  kept.source.stored = undefined;
  await kept.clock.advance(REFRESH_AFTER_MS + 1);
  return kept;
}

async function seen(of: Promise<{ settings: Settings; origin: string; stale: boolean }>) {
  const { settings, origin, stale } = await of;
  return { mode: settings.mode, origin, stale };
}

describe('the first reading', () => {
  it('begins at once, and what arrives is used', async () => {
    const { keeper, source, meter } = keeping(scriptedSettingsSource(stored({ mode: 'suggest' })));

    expect(source.asked).toHaveLength(1);
    expect(await seen(keeper.current())).toEqual({ mode: 'suggest', origin: 'parameters', stale: false });
    expect(source.asked).toHaveLength(1);
    expect([...meter.totals]).toEqual([]);
  });

  it('is waited for by the first request for half a second, then the settings of the package are used', async () => {
    const { keeper, clock, log, meter } = keeping(scriptedSettingsSource());
    let used: unknown;

    const asking = seen(keeper.current()).then((found) => {
      used = found;
    });
    await clock.advance(499);
    const before = used;
    await clock.advance(1);
    await asking;

    expect(before).toBeUndefined();
    expect(used).toEqual({ mode: 'observe', origin: 'package', stale: true });
    expect([...meter.totals]).toEqual([['SettingsStale', 1]]);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { origin: 'package' } }]);
  });

  it('comes into use whenever it arrives', async () => {
    const { keeper, source, clock, changes } = keeping(scriptedSettingsSource());
    const asking = keeper.current();
    await clock.advance(500);
    await asking;

    source.asked[0]?.answer(stored({ mode: 'suggest' }));
    await clock.advance(0);

    expect(await seen(keeper.current())).toEqual({ mode: 'suggest', origin: 'parameters', stale: false });
    expect(changes).toEqual(['observe', 'suggest']);
  });

  it('that is throttled leaves the settings of the package in use, and is tried again seconds later', async () => {
    const { keeper, source, clock, log } = keeping(scriptedSettingsSource('throttled'));

    const first = await seen(keeper.current());
    await keeper.current();
    const askedAtOnce = source.asked.length;
    source.stored = stored({ mode: 'act' });
    await clock.advance(5000);
    const later = await seen(keeper.current());

    expect(first).toEqual({ mode: 'observe', origin: 'package', stale: true });
    expect(askedAtOnce).toBe(1);
    expect(later).toEqual({ mode: 'act', origin: 'parameters', stale: false });
    expect(log.lines[0]).toMatchObject({ level: 'warn', fields: { path: PATH, cause: 'Rate exceeded' } });
  });

  it('is waited for to its end where the package has no settings', async () => {
    const { keeper, source, clock } = keeping(scriptedSettingsSource(), noPackage);

    const asking = seen(keeper.current());
    await clock.advance(2000);
    source.asked[0]?.answer(stored());

    expect(await asking).toEqual({ mode: 'act', origin: 'parameters', stale: false });
  });

  it('that fails where the package has no settings either is an error for whoever asks', async () => {
    const { keeper } = keeping(scriptedSettingsSource('throttled'), noPackage);

    expect(keeper.atHand()).toBeUndefined();
    await expect(keeper.current()).rejects.toThrow('ENOENT');
  });
});

describe('settings older than a minute', () => {
  it('are read again by the next request, and not before', async () => {
    const { keeper, source, clock } = keeping(scriptedSettingsSource(stored({ mode: 'act' })));
    await keeper.current();
    source.stored = stored({ mode: 'observe' });

    await clock.advance(REFRESH_AFTER_MS);
    const young = await seen(keeper.current());
    await clock.advance(1);
    const atHand = keeper.atHand()?.stale;
    const old = await seen(keeper.current());

    expect(young).toEqual({ mode: 'act', origin: 'parameters', stale: false });
    expect(atHand).toBe(true);
    expect(old).toEqual({ mode: 'observe', origin: 'parameters', stale: false });
    expect(source.asked).toHaveLength(2);
  });

  it('are used after 300 ms of waiting, which is logged and counted; the refresh has its effect when it arrives', async () => {
    const { keeper, source, clock, log, meter } = await keepingOld();

    const asking = seen(keeper.current());
    await clock.advance(300);
    const meanwhile = await asking;
    source.asked[1]?.answer(stored({ mode: 'observe' }));
    await clock.advance(0);
    const later = await seen(keeper.current());

    expect(meanwhile).toEqual({ mode: 'act', origin: 'parameters', stale: true });
    expect(later).toEqual({ mode: 'observe', origin: 'parameters', stale: false });
    expect([...meter.totals]).toEqual([['SettingsStale', 1]]);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { origin: 'parameters', ageSeconds: 60 } }]);
    expect(source.asked).toHaveLength(2);
  });

  it('are read once, however many ask at the same time', async () => {
    const { keeper, source, clock } = await keepingOld();

    const asking = Promise.all([keeper.current(), keeper.refreshed(), keeper.current()]);
    await clock.advance(0);
    source.asked[1]?.answer(stored({ mode: 'observe' }));
    const modes = (await asking).map(({ settings }) => settings.mode);

    expect(modes).toEqual(['observe', 'observe', 'observe']);
    expect(source.asked).toHaveLength(2);
  });

  it('stay where the store throttles us, and every use of them is counted', async () => {
    const { keeper, source, meter, log } = await keepingOld();
    source.stored = 'throttled';

    const uses = [await seen(keeper.current()), await seen(keeper.current())];

    expect(uses).toEqual(Array(2).fill({ mode: 'act', origin: 'parameters', stale: true }));
    expect([...meter.totals]).toEqual([['SettingsStale', 2]]);
    expect(source.asked).toHaveLength(2);
    expect(log.lines.at(-1)).toMatchObject({ fields: { cause: 'Rate exceeded' } });
  });

  it('are read anew where the reading under way was begun before the function was frozen', async () => {
    const { keeper, source, clock } = await keepingOld();
    const asking = keeper.current();
    await clock.advance(300);
    await asking;
    source.stored = stored({ mode: 'suggest' });

    await clock.advance(600_000);
    const thawed = await seen(keeper.current());
    source.asked[1]?.answer(stored({ mode: 'act' }));
    await clock.advance(0);

    expect(thawed).toEqual({ mode: 'suggest', origin: 'parameters', stale: false });
    expect(source.asked[1]?.signal.aborted).toBe(true);
    expect(keeper.atHand()?.settings.mode).toBe('suggest');
  });
});

describe('a clock that is set back', () => {
  it('has the settings read again, and what is read is used', async () => {
    const { keeper, source, clock } = keeping(scriptedSettingsSource(stored({ mode: 'act' })));
    await keeper.current();
    source.stored = stored({ mode: 'observe' });

    await clock.advance(-3_600_000);

    expect(await seen(keeper.current())).toEqual({ mode: 'observe', origin: 'parameters', stale: false });
  });
});

describe('a document that is not valid', () => {
  it.each<[string, ReturnType<typeof stored>, string]>([
    ['has a problem', withoutTokens(), `${PATH}/settings: tokens: Too small`],
    ['is no JSON', [{ name: `${PATH}/settings`, text: '{' }], `${PATH}/settings: expected a JSON object`],
    [
      'has no clusters',
      stored().filter(({ name }) => name === `${PATH}/settings`),
      `${PATH}/clusters/NAME: there is no such parameter`,
    ],
    [
      'has clusters only',
      stored().filter(({ name }) => name !== `${PATH}/settings`),
      `${PATH}/settings: there is no such parameter`,
    ],
    ['is empty', [], `${PATH}/settings: there is no such parameter`],
  ])('(it %s) replaces no good one, and raises an alarm', async (_what, parameters, words) => {
    const { keeper, source, log, meter, changes } = await keepingOld();
    source.stored = parameters;

    const used = await seen(keeper.current());

    expect(used).toEqual({ mode: 'act', origin: 'parameters', stale: true });
    expect([...meter.totals]).toEqual([
      ['SettingsInvalid', 1],
      ['SettingsStale', 1],
    ]);
    expect(log.lines[0]).toMatchObject({ level: 'error', fields: { cause: expect.stringContaining(words) } });
    expect(changes).toEqual(['observe', 'act']);
  });

  it('is forgotten when a good one follows', async () => {
    const { keeper, source, clock, meter } = await keepingOld();
    source.stored = withoutTokens();
    await keeper.current();
    source.stored = stored({ mode: 'observe' });

    await clock.advance(5000);
    const used = await seen(keeper.current());

    expect(used).toEqual({ mode: 'observe', origin: 'parameters', stale: false });
    expect(meter.totals.get('SettingsInvalid')).toBe(1);
  });

  it('leaves the settings of the package in use where it is the first', async () => {
    const { keeper, meter } = keeping(scriptedSettingsSource(withoutTokens()));

    expect(await seen(keeper.current())).toEqual({ mode: 'observe', origin: 'package', stale: true });
    expect(meter.totals.get('SettingsInvalid')).toBe(1);
  });
});

describe('settings that somebody holds for older than what is stored', () => {
  const keepingRead = async () => {
    const kept = keeping(scriptedSettingsSource(stored({ mode: 'act' })));
    await kept.keeper.current();
    kept.source.stored = stored({ mode: 'suggest' });
    const renewed = (since = kept.clock.now()) => seen(kept.keeper.renewed(since));
    return { ...kept, renewed };
  };

  it('are read anew, where that was not done in the last seconds; until then they may be old', async () => {
    const { clock, source, renewed } = await keepingRead();

    await clock.advance(4999);
    const soon = await renewed();
    await clock.advance(1);
    const later = await renewed();

    expect(soon).toEqual({ mode: 'act', origin: 'parameters', stale: true });
    expect(later).toEqual({ mode: 'suggest', origin: 'parameters', stale: false });
    expect(source.asked).toHaveLength(2);
  });

  it('are the latest for whoever came before they were read, and read no more for them', async () => {
    const { clock, source, renewed } = await keepingRead();

    await clock.advance(30_000);
    const renewedFor = await renewed(START);

    expect(renewedFor).toEqual({ mode: 'act', origin: 'parameters', stale: false });
    expect(source.asked).toHaveLength(1);
  });

  it('may be old where the reading that brought them had begun before', async () => {
    const { clock, source, renewed } = await keepingRead();
    source.stored = undefined;
    await clock.advance(6000);

    const first = renewed();
    await clock.advance(200);
    const second = renewed();
    source.asked[1]?.answer(stored({ mode: 'suggest' }));

    expect(await first).toEqual({ mode: 'suggest', origin: 'parameters', stale: false });
    expect(await second).toEqual({ mode: 'suggest', origin: 'parameters', stale: true });
    expect(source.asked).toHaveLength(2);
  });

  it('are read every five seconds at most, however many come with tokens that nobody knows', async () => {
    const { clock, source, renewed } = await keepingRead();

    for (let second = 0; second < 50; second += 1) {
      await clock.advance(1000);
      await Promise.all([renewed(), renewed(), renewed()]);
    }

    expect(source.asked).toHaveLength(1 + 10);
  });

  it('are stale where they cannot be read anew', async () => {
    const { clock, source, renewed } = await keepingRead();
    source.stored = 'throttled';
    await clock.advance(6000);

    expect(await renewed()).toEqual({ mode: 'act', origin: 'parameters', stale: true });
  });
});
