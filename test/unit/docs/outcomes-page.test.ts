import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { OUTCOMES_PAGE, outcomesPage } from '#infra/docs/write-outcomes.ts';

it('has a page of outcomes that is what `npm run docs` writes', async () => {
  const page = await readFile(OUTCOMES_PAGE, 'utf8');

  expect(page).toBe(outcomesPage());
});
