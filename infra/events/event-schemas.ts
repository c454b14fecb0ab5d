import * as z from 'zod';
import { detailSchema, EVENT_DATA, EVENT_SOURCE, type EventType } from '#shared/contracts/events.ts';

const TYPES = Object.keys(EVENT_DATA) as EventType[];

/**
 * The JSON Schema of each event's `detail`, as the file's name and text. Draft 4, as EventBridge's schema registry takes
 * no other; objects stay open, as a field may be added within a version.
 */
export function eventSchemas(): ReadonlyMap<string, string> {
  return new Map(TYPES.map((type) => [`${type}.json`, `${JSON.stringify(schemaOf(type), undefined, 2)}\n`]));
}

function schemaOf(type: EventType): object {
  const { $schema, ...schema } = z.toJSONSchema(detailSchema(type), { target: 'draft-4', io: 'input' });
  const description = `The detail of an EventBridge event with source ${EVENT_SOURCE} and detail-type ${type}.`;
  return { $schema, title: type, description, ...schema };
}
