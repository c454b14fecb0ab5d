import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventSchemas } from '#infra/events/event-schemas.ts';
import { EVENT_DATA } from '#shared/contracts/events.ts';

const directory = new URL('../../../../infra/events/', import.meta.url);

describe('the JSON Schemas in infra/events', () => {
  it('are what `npm run events` writes now', async () => {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
    const texts = await Promise.all(names.map((name) => readFile(new URL(name, directory), 'utf8')));

    expect(new Map(names.map((name, place) => [name, texts[place]]))).toEqual(eventSchemas());
  });

  it('are one for each detail-type, in the draft that the schema registry takes', () => {
    const schemas = eventSchemas();

    expect(new Set(schemas.keys())).toEqual(new Set(Object.keys(EVENT_DATA).map((type) => `${type}.json`)));
    for (const text of schemas.values()) {
      expect(JSON.parse(text)).toMatchObject({ $schema: 'http://json-schema.org/draft-04/schema#' });
      expect(text).not.toContain('"additionalProperties": false');
    }
  });
});
