import { writeFile } from 'node:fs/promises';
import { openApiText } from './open-api.ts';

await writeFile(new URL('../openapi.json', import.meta.url), openApiText());
console.log('The OpenAPI document is in infra/openapi.json.');
