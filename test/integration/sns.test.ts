import { describe, expect, it } from 'vitest';
import { type Cluster, ClusterFault } from '#shared/ports/cluster.ts';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { anSnsEvent, TOPIC } from '#test/builders/sns-event.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { scriptedCluster } from '#test/doubles/scripted-cluster.ts';

const settings = { sns: { topics: [TOPIC] } };
const options = { signal: new AbortController().signal };

/** A cluster that answers nothing. */
function down(memory: Cluster): readonly Cluster[] {
  const list = Array.from({ length: 100 }, () => () => Promise.reject(new ClusterFault('unreachable', 'no answer')));
  return [scriptedCluster(memory, { list })];
}

/** As AWS's template for Amazon Managed Prometheus writes it. */
function asAws(alert = aRawAlert()): string {
  const goTime = (time: string) => time.replace('T', ' ').replace('Z', ' +0000 UTC');
  const alerts = [{ ...alert, startsAt: goTime(alert.startsAt), endsAt: goTime(alert.endsAt) }];
  return JSON.stringify({ receiver: 'weightless', status: 'firing', alerts });
}

describe('an alert that comes by SNS', () => {
  it('is rolled back, recorded and told as the same alert in a webhook is', async () => {
    const [bySns, byHttp] = [rollbackService({ settings }), rollbackService({ settings })];

    await bySns.fromSns()(anSnsEvent(), options);
    await byHttp.post();

    expect(await bySns.records()).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await bySns.records()).toEqual(await byHttp.records());
    expect((await bySns.events()).map(({ id }) => id)).toEqual((await byHttp.events()).map(({ id }) => id));
    expect(bySns.meter.totals).toEqual(byHttp.meter.totals);
  });

  it('is rolled back from AWS’s own template, too', async () => {
    const service = rollbackService({ settings });

    await service.fromSns()(anSnsEvent({ Message: asAws() }), options);

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
  });

  it('is recorded once, however often SNS delivers it', async () => {
    const service = rollbackService({ settings });
    const fromSns = service.fromSns();

    await Promise.all([fromSns(anSnsEvent(), options), fromSns(anSnsEvent(), options)]);
    await fromSns(anSnsEvent(), options);

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await service.events()).toHaveLength(1);
  });

  it('fails the invocation while the cluster does not answer, so that Lambda invokes again', async () => {
    const service = rollbackService({ settings, clusters: down });

    await expect(service.fromSns()(anSnsEvent(), options)).rejects.toThrow('message-1');
    expect(service.meter.totals.has('InputRejected reason=malformed')).toBe(false);
  });

  it('fails the invocation where the settings cannot be loaded', async () => {
    const service = rollbackService({ settings });
    const fromSns = service.fromSns({ settings: () => Promise.reject(new Error('the parameter store is down')) });

    await expect(fromSns(anSnsEvent(), options)).rejects.toThrow('the parameter store is down');
    expect(service.meter.totals).toEqual(new Map());
  });
});

describe('what SNS brings that cannot be acted upon', () => {
  it.each([
    ['of another topic', anSnsEvent({ TopicArn: `${TOPIC}-of-others` }), 'topic'],
    ['with no alerts in it', anSnsEvent({ Message: 'Alerts Firing: …' }), 'malformed'],
    ['cut off', anSnsEvent({ Message: JSON.stringify(aWebhook()).slice(0, 300) }), 'malformed'],
    [
      'cut off, and said to be',
      anSnsEvent({ Message: '{"version":"4"', MessageAttributes: { truncated: { Type: 'String', Value: 'true' } } }),
      'truncated',
    ],
    [
      'with too many alerts',
      anSnsEvent({ Message: JSON.stringify({ alerts: Array(5001).fill({}) }) }),
      'too-many-alerts',
    ],
    ['from another service', { Records: [{ eventSource: 'aws:sqs', body: '{}' }] } as never, 'not-sns'],
  ])(
    '%s touches nothing, is counted, and fails the invocation: the dead letters keep it',
    async (_case, event, reason) => {
      const service = rollbackService({ settings });

      await expect(service.fromSns()(event, options)).rejects.toThrow();

      expect(service.meter.totals).toEqual(new Map([[`InputRejected reason=${reason}`, 1]]));
      expect(service.log.lines).toMatchObject([{ level: 'error', fields: { reason } }]);
      expect(await service.records()).toEqual([]);
      expect(service.cluster.patches).toEqual([]);
    },
  );

  it('does not keep the alert beside it from being rolled back', async () => {
    const service = rollbackService({ settings });
    const Records = [...anSnsEvent({ Message: 'no JSON' }).Records, ...anSnsEvent().Records];

    await expect(service.fromSns()({ Records }, options)).rejects.toThrow('amp.tmpl');

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
  });

  it('is every message where no topic is in the settings', async () => {
    const service = rollbackService();

    await expect(service.fromSns()(anSnsEvent(), options)).rejects.toThrow('sns.topics');
  });
});

describe('Prometheus’ Watchdog by SNS', () => {
  const watchdog = aRawAlert({ labels: { alertname: 'Watchdog', severity: 'none' }, fingerprint: 'f' });

  it('is counted as a heartbeat, and asks no cluster', async () => {
    const service = rollbackService({ settings, clusters: down });

    await service.fromSns()(anSnsEvent({ Message: JSON.stringify(aWebhook([watchdog])) }), options);

    expect(service.meter.totals).toEqual(new Map([['HeartbeatReceived', 1]]));
  });

  it('does not keep the alert beside it from being rolled back', async () => {
    const service = rollbackService({ settings });

    await service.fromSns()(anSnsEvent({ Message: JSON.stringify(aWebhook([watchdog, aRawAlert()])) }), options);

    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(service.meter.totals.get('HeartbeatReceived')).toBe(1);
  });
});
