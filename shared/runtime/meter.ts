import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter } from '#shared/ports/telemetry.ts';

/** CloudWatch metrics in embedded format. Each is a line of its own, so that nothing has to be flushed at the end. */
export function createMeter(service: string): Meter {
  const metrics = new Metrics({ namespace: 'Weightless', serviceName: service });
  return {
    count(name, dimensions = {}, value = 1) {
      const metric = metrics.singleMetric();
      for (const [key, text] of Object.entries(dimensions)) metric.addDimension(key, text);
      metric.addMetric(name, MetricUnit.Count, value);
    },
    milliseconds(name, value) {
      metrics.singleMetric().addMetric(name, MetricUnit.Milliseconds, value);
    },
  };
}
