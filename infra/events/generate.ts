import { readdir, rm, writeFile } from 'node:fs/promises';
import { eventSchemas } from './event-schemas.ts';

const directory = new URL('.', import.meta.url);
const schemas = eventSchemas();

for (const name of await readdir(directory)) {
  if (name.endsWith('.json') && !schemas.has(name)) await rm(new URL(name, directory));
}
for (const [name, text] of schemas) await writeFile(new URL(name, directory), text);
console.log(`${schemas.size} event schemas are in infra/events/.`);
