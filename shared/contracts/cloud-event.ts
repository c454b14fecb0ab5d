import { UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { BusEvent } from './bus-event.ts';

/** An event as CloudEvents 1.0 says it in JSON, structured mode. */
export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  /** `/weightless/STAGE/CLUSTER`, `/weightless/STAGE` for a report: with the id it is unique, whichever deployment sends. */
  readonly source: string;
  /** `dev.weightless.RollbackCompleted.v1`; the version is that of the data. */
  readonly type: string;
  /** The canary that it is about; absent where it is not known, or there is none. */
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: BusEvent['data'];
};

export function toCloudEvent(event: BusEvent, stage: string): CloudEvent {
  const { id, type, version, time, data } = event;
  const { cluster, canary } = event.type === 'SlaReported' ? {} : event.data;
  const source = ['weightless', stage, ...(cluster === undefined ? [] : [cluster])].map(encodeURIComponent);
  return {
    specversion: '1.0',
    id,
    source: `/${source.join('/')}`,
    type: `dev.weightless.${type}.v${version}`,
    ...(canary === undefined || canary === UNKNOWN ? {} : { subject: canary }),
    time,
    datacontenttype: 'application/json',
    data,
  };
}
