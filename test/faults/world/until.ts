import { setTimeout as sleep } from 'node:timers/promises';

/** More patient than any test of one worker needs: what else runs on the machine is not what is tested. */
const WITHIN_MS = 120_000;

/** Waits until it is so, and says what it waited for where it never is. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what}: not so within ${WITHIN_MS / 1000} s`);
    await sleep(20);
  }
}
