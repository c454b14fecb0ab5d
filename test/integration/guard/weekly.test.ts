import { describe, expect, it } from 'vitest';
import { DAY_MS } from '#shared/domain/report/report-window.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { recordingBus, runGuardOf } from '#test/doubles/guard-runs.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

/** Guard has run once, a week ago; the report is due in ten minutes. */
async function world(report?: unknown) {
  const service = rollbackService({
    at: Date.UTC(2026, 2, 2, 7, 50),
    objects: [],
    settings: { ...(report ? { report } : {}), notify: { pageUrl: 'https://weightless.example.com' } },
  });
  const { dayLog } = service.store;
  await runGuardOf(service, { dayLog });
  service.clock.advance(7 * DAY_MS);
  const reports = async () => (await service.events()).filter(({ type }) => type === 'SlaReported');
  return { service, dayLog, reports, said: () => service.log.lines.findLast(({ message }) => message === 'Guard ran') };
}

describe('guard', () => {
  it('tells once of the week before, though two of it run at the same time', async () => {
    const { service, dayLog, reports } = await world();
    service.clock.advance(600_000);

    await Promise.all([runGuardOf(service, { dayLog }), runGuardOf(service, { dayLog })]);
    await runGuardOf(service, { dayLog });

    expect((await reports()).map(({ detail }) => detail.data)).toMatchObject([
      {
        window: { from: '2026-03-02T00:00:00.000Z', to: '2026-03-09T00:00:00.000Z' },
        page: 'https://weightless.example.com/?window=2026-03-02/2026-03-08',
        total: { rollbacks: { total: 0 } },
      },
    ]);
  });

  it('makes up for it where it was down at that hour', async () => {
    const { service, dayLog, reports, said } = await world();
    service.clock.advance(5 * DAY_MS);

    await runGuardOf(service, { dayLog });

    expect(await reports()).toHaveLength(1);
    expect(said()?.fields).toMatchObject({ week: 'told' });
  });

  it('sends it as any other event, once it has waited a minute', async () => {
    const { service, dayLog, reports } = await world();
    service.clock.advance(600_000);
    await runGuardOf(service, { dayLog });
    service.clock.advance(61_000);
    const bus = recordingBus();

    await runGuardOf(service, { dayLog, bus });

    expect(bus.taken.map(({ type }) => type)).toEqual(['SlaReported']);
    expect(await reports()).toEqual([]);
  });

  it('fails a run in which it could not be told, and tells of it in the next', async () => {
    const { service, dayLog, reports } = await world();
    const { weekLog } = service.store;
    service.clock.advance(600_000);
    const away = { ...weekLog, note: async () => Promise.reject(new StoreFault('the weeks are away')) };

    await expect(runGuardOf(service, { dayLog, weekLog: away })).rejects.toThrow('the weeks are away');
    await runGuardOf(service, { dayLog });

    expect(await reports()).toHaveLength(1);
  });

  it('tells of no week where the settings say so', async () => {
    const { service, dayLog, reports, said } = await world({ weekly: 'off' });
    service.clock.advance(30 * DAY_MS);

    await runGuardOf(service, { dayLog });

    expect(await reports()).toEqual([]);
    expect(said()?.fields).toMatchObject({ week: 'off' });
  });
});
