import { UNKNOWN } from '#shared/domain/rollback-record.ts';
import type { BusEvent } from './bus-event.ts';

/** An event as CloudEvents 1.0 says it in JSON, structured mode. */
export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  /** `/weightless/STAGE/CLUSTER`: with the id it is unique, whichever deployment sends. */
  readonly source: string;
  /** `dev.weightless.RollbackCompleted.v1`; the version is that of the data. */
  readonly type: string;
  /** The canary that it is about; absent where it is not known. */
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: BusEvent['data'];
};

export function toCloudEvent({ id, type, version, time, data }: BusEvent, stage: string): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: `/weightless/${encodeURIComponent(stage)}/${encodeURIComponent(data.cluster)}`,
    type: `dev.weightless.${type}.v${version}`,
    ...(data.canary === UNKNOWN ? {} : { subject: data.canary }),
    time,
    datacontenttype: 'application/json',
    data,
  };
}
