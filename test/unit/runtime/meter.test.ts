import { describe, expect, it } from 'vitest';
import { createMeter } from '#shared/runtime/meter.ts';
import { recordOutput } from '#test/doubles/record-output.ts';

/** The directive that CloudWatch reads, and the fields of the line. */
function written(count: (meter: ReturnType<typeof createMeter>) => void) {
  const output = recordOutput();
  count(createMeter('weightless-rollback', 'prod'));
  return output.lines();
}

describe('the meter', () => {
  it('counts per service and stage, and says in a field which function it was', () => {
    const lines = written((meter) => meter.count('HeartbeatReceived'));

    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Weightless',
              Dimensions: [['service', 'stage']],
              Metrics: [{ Name: 'HeartbeatReceived', Unit: 'Count' }],
            },
          ],
        },
        service: 'weightless',
        stage: 'prod',
        function: 'weightless-rollback',
        HeartbeatReceived: 1,
      },
    ]);
  });

  it('tells outcomes apart, and keeps their reason as a field', () => {
    const [line] = written((meter) => meter.count('RollbackOutcome', { outcome: 'failed', reason: 'unreachable' }, 3));

    expect(line).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'stage', 'outcome']] }] },
      outcome: 'failed',
      reason: 'unreachable',
      RollbackOutcome: 3,
    });
  });

  it('keeps what is said with another count as a field, so that an alarm sees them all', () => {
    const lines = written((meter) => {
      meter.count('InputRejected', { status: '401' });
      meter.count('InputRejected', { status: '413' });
    });

    expect(lines.map((line) => line['status'])).toEqual(['401', '413']);
    for (const line of lines) {
      expect(line).toMatchObject({ _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'stage']] }] } });
    }
  });

  it('writes a zero, too: that there is nothing is news', () => {
    expect(written((meter) => meter.count('EventsUnsent', {}, 0))).toMatchObject([{ EventsUnsent: 0 }]);
  });

  it('writes milliseconds', () => {
    const [line] = written((meter) => meter.milliseconds('AlertToRollbackMs', 21));

    expect(line).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'AlertToRollbackMs', Unit: 'Milliseconds' }] }] },
      AlertToRollbackMs: 21,
    });
  });
});
