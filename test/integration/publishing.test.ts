import { afterAll, beforeAll } from 'vitest';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { describePublishing } from '#test/port-suites/publishing.ts';

let engine: Dynoxide;
beforeAll(async () => {
  engine = await startDynoxide();
});
afterAll(() => engine.stop());

describePublishing('dynoxide', () => engine.endpoint);
