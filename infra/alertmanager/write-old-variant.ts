import { readFile, writeFile } from 'node:fs/promises';
import { withoutWebhookTimeout } from './without-webhook-timeout.ts';

const current = new URL('alertmanager.yml', import.meta.url);
const old = new URL('alertmanager-0.25.yml', import.meta.url);

await writeFile(old, withoutWebhookTimeout(await readFile(current, 'utf8')));
