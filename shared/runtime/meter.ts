import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter, MetricName } from '#shared/ports/telemetry.ts';

/**
 * What tells metrics of one name apart besides `service` and `stage`. CloudWatch is paid for each combination of values,
 * and an alarm watches one: all else that is said with a count is a field of its line, for Logs Insights.
 */
const TOLD_APART_BY: { readonly [name in MetricName]?: readonly string[] } = { RollbackOutcome: ['outcome'] };

/**
 * CloudWatch metrics in embedded format. Each is a line of its own, so that nothing has to be flushed at the end. All
 * functions count into the same metrics, as an alarm asks what happened and not where.
 */
export function createMeter(functionName: string, stage: string | undefined): Meter {
  const defaultDimensions = { stage: stage ?? 'local' };
  const metrics = new Metrics({ namespace: 'Weightless', serviceName: 'weightless', defaultDimensions });
  const single = () => metrics.singleMetric().addMetadata('function', functionName);
  return {
    count(name, dimensions = {}, value = 1) {
      const metric = single();
      for (const [key, text] of Object.entries(dimensions)) {
        if (TOLD_APART_BY[name]?.includes(key)) metric.addDimension(key, text);
        else metric.addMetadata(key, text);
      }
      metric.addMetric(name, MetricUnit.Count, value);
    },
    milliseconds(name, value) {
      single().addMetric(name, MetricUnit.Milliseconds, value);
    },
  };
}
