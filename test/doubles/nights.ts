import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { Traffic } from '#shared/ports/traffic.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_NAME, INCIDENT_SPEC } from '#test/builders/virtual-service.ts';
import { runGuardOf } from './guard-runs.ts';
import { HOLD_OVER_MS, putBack, type Service } from './incident-service.ts';
import { incidentSurroundings } from './incident-surroundings.ts';
import { byHand, operateService } from './operate-service.ts';
import type { ServiceParts } from './rollback-service.ts';
import { fails, scriptedCluster, times } from './scripted-cluster.ts';

const MINUTE = 60_000;
const LINKED = aRawAlert({
  annotations: {
    summary: 'v2 answers with errors',
    runbook_url: 'https://runbooks.example.com/canary-error-rate',
    dashboard: 'https://grafana.example.com/d/canary',
  },
});
const annotated = (annotations: Record<string, string>) =>
  aVirtualService({ annotations: { ...aVirtualService().metadata.annotations, ...annotations } });
const labelled = (labels: Record<string, string>) => {
  const object = aVirtualService();
  object.metadata.labels = { ...object.metadata.labels, ...labels };
  return object;
};

async function open(parts: ServiceParts = {}) {
  const service = operateService({ surroundings: incidentSurroundings(), ...parts });
  return { service, fire: () => service.post([LINKED]) };
}

async function guardAfter(service: Service, wait: number): Promise<void> {
  service.clock.advance(wait);
  await runGuardOf(service);
}

/** Argo CD applies what Git says. */
function sync(service: Service): void {
  putBack(service);
  service.cluster.write(INCIDENT_NAME, (object) => {
    const time = new Date(service.clock.now()).toISOString();
    object.metadata.managedFields = [{ manager: 'argocd-controller', time, fieldsV1: { 'f:spec': { 'f:http': {} } } }];
  });
}

/** So many requests a second at first, then none. */
function traffic(rate: number): Traffic {
  let asked = 0;
  return {
    windowMs: MINUTE,
    async requestsPerSecond() {
      asked += 1;
      return asked === 1 ? rate : 0;
    },
  };
}

async function aWholeIncident(): Promise<readonly OutboxEvent[]> {
  const { service, fire } = await open({ clusters: (memory) => [{ ...memory, traffic: traffic(3.5) }] });
  await fire();
  await guardAfter(service, 2 * MINUTE);
  await guardAfter(service, MINUTE);
  sync(service);
  await guardAfter(service, MINUTE);
  service.clock.advance(MINUTE);
  await service.post([{ ...LINKED, status: 'resolved', endsAt: new Date(service.clock.now()).toISOString() }]);
  await guardAfter(service, HOLD_OVER_MS);
  return service.events();
}

async function fired(parts: ServiceParts): Promise<readonly OutboxEvent[]> {
  const { service, fire } = await open(parts);
  await fire();
  return service.events();
}

async function resolvedAfterRefusal(): Promise<readonly OutboxEvent[]> {
  const { service, fire } = await open({ objects: [unmarked()] });
  await fire();
  service.clock.advance(MINUTE);
  await service.post([{ ...LINKED, status: 'resolved', endsAt: new Date(service.clock.now()).toISOString() }]);
  return service.events();
}

/** Nothing says which of its versions is the canary. */
function unmarked() {
  const spec = JSON.stringify(INCIDENT_SPEC).replaceAll('"v1"', '"blue"').replaceAll('"v2"', '"green"');
  return aVirtualService({ annotations: {}, spec: JSON.parse(spec) });
}

async function leftAlone(): Promise<readonly OutboxEvent[]> {
  const { service, fire } = await open({ objects: [annotated({ 'weightless/on-revert': 'page' })] });
  await fire();
  service.clock.advance(5 * MINUTE);
  sync(service);
  await guardAfter(service, MINUTE);
  return service.events();
}

async function contested(): Promise<readonly OutboxEvent[]> {
  const { service, fire } = await open();
  await fire();
  for (let time = 0; time < 6; time += 1) {
    service.clock.advance(MINUTE);
    sync(service);
    await guardAfter(service, MINUTE);
  }
  return service.events();
}

async function againAfterTheHold(): Promise<readonly OutboxEvent[]> {
  const { service, fire } = await open();
  await fire();
  await guardAfter(service, HOLD_OVER_MS);
  service.clock.advance(MINUTE);
  putBack(service);
  await fire();
  return service.events();
}

async function byPeople(): Promise<readonly OutboxEvent[]> {
  const { service } = await open();
  await service.operate(byHand());
  const [record] = await service.records();
  await service.operate({ path: `/v1/rollbacks/${record?.id}/restore`, body: { reason: 'v2 is mended' } });
  return service.events();
}

async function byHandAndPutBack(): Promise<readonly OutboxEvent[]> {
  const { service } = await open({ objects: [annotated({ 'weightless/on-revert': 'page' })] });
  await service.operate(byHand());
  service.clock.advance(5 * MINUTE);
  sync(service);
  await guardAfter(service, MINUTE);
  await guardAfter(service, HOLD_OVER_MS);
  return service.events();
}

async function releasedByHand(): Promise<readonly OutboxEvent[]> {
  const { service, fire } = await open();
  await fire();
  const path = '/v1/holds/production-eu/production/payment-svc/release';
  await service.operate({ path, body: { reason: 'v3 is out' } });
  return service.events();
}

const forbidden: ServiceParts = {
  clusters: (memory) => [
    scriptedCluster(memory, { get: times(20, fails('forbidden')), list: times(20, fails('forbidden')) }),
  ],
};

/** What a service tells over some nights, by name, each in the order in which it happened. */
export const NIGHTS: Readonly<Record<string, () => Promise<readonly OutboxEvent[]>>> = {
  'a whole incident': aWholeIncident,
  'too late': () => fired({ at: FIRED_AT + 72_000 }),
  'only suggested': () => fired({ objects: [labelled({ 'weightless/mode': 'suggest' })] }),
  'at zero already': () => fired({ objects: [atZero()] }),
  'not allowed': () => fired(forbidden),
  refused: () => fired({ objects: [labelled({ 'weightless/mode': 'nonsense' })] }),
  'resolved after a refusal': resolvedAfterRefusal,
  'left to a person': leftAlone,
  contested,
  'again after the hold': againAfterTheHold,
  'by people': byPeople,
  'by hand, and put back': byHandAndPutBack,
  'released by hand': releasedByHand,
};

function atZero() {
  const spec = JSON.stringify(INCIDENT_SPEC).replace('"weight":99', '"weight":0').replace('"weight":1', '"weight":100');
  return aVirtualService({ spec: JSON.parse(spec) });
}
