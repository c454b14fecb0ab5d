import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { engineFile } from '#test/real/engines/engine-file.ts';
import { runTool } from '#test/real/engines/run-tool.ts';

const file = (name: string) => fileURLToPath(new URL(`../../infra/alertmanager/${name}`, import.meta.url));
const current = file('alertmanager.yml');
const old = file('alertmanager-0.25.yml');

function amtool(version: '0.25' | '0.34', ...args: string[]) {
  return runTool(engineFile(`alertmanager/amtool-${version}/amtool`), args);
}

describe('the shipped Alertmanager configuration', () => {
  it('is valid for amtool 0.34', async () => {
    const result = await amtool('0.34', 'check-config', current);

    expect(result).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('is refused by 0.25 because of the timeout, which is why there is a variant', async () => {
    const result = await amtool('0.25', 'check-config', current);

    expect(result).toEqual({ code: 1, output: expect.stringContaining('field timeout not found') });
  });

  it('has a variant that both versions take', async () => {
    const results = await Promise.all([amtool('0.25', 'check-config', old), amtool('0.34', 'check-config', old)]);

    expect(results.map(({ code }) => code)).toEqual([0, 0]);
  });
});

const canary = [
  'destination_service_namespace=production',
  'destination_service_name=payment-svc',
  'destination_version=v2',
];

describe.each([
  ['0.34', current],
  ['0.25', old],
] as const)('the shipped routes, asked with amtool %s', (version, config) => {
  it.each([
    ["the shipped rule's alert", ['alertname=CanaryErrorRateHigh', 'severity=critical', ...canary]],
    ['an alert of severity page', ['alertname=ErrorBudgetBurn', 'severity=page', ...canary]],
    ["Sloth's page", ['alertname=PaymentsErrors', 'sloth_service=payments', 'sloth_severity=page']],
    ['a page of Sloth that has a severity of its own, once', ['severity=critical', 'sloth_severity=page']],
  ])('send %s to the service and to the people', async (_alert, labels) => {
    const result = await amtool(version, 'config', 'routes', 'test', `--config.file=${config}`, ...labels);

    expect(result).toEqual({ code: 0, output: 'weightless,on-call\n' });
  });

  it('send the Watchdog to the heartbeat, and to nobody else', async () => {
    const labels = ['alertname=Watchdog', 'severity=none'];

    const result = await amtool(version, 'config', 'routes', 'test', `--config.file=${config}`, ...labels);

    expect(result).toEqual({ code: 0, output: 'weightless-heartbeat\n' });
  });

  it.each([
    ['a ticket', ['alertname=ErrorBudgetBurn', 'severity=ticket', ...canary]],
    ["Sloth's ticket", ['alertname=PaymentsErrors', 'sloth_service=payments', 'sloth_severity=ticket']],
    ['a warning', ['severity=warning', ...canary]],
    ['an alert without a severity', canary],
  ])('send %s to the people only', async (_alert, labels) => {
    const result = await amtool(version, 'config', 'routes', 'test', `--config.file=${config}`, ...labels);

    expect(result).toEqual({ code: 0, output: 'on-call\n' });
  });
});
