import type { FaultProxy } from '../proxy/fault-proxy.ts';
import { everything, type Fault } from '../proxy/faults.ts';
import { type Kill, Killed } from './function-process.ts';

/**
 * When, at a request: it has come and the engine knows nothing of it; the engine has done it and the function does not
 * know; the function has its answer.
 */
export const MOMENTS = ['arrived', 'done', 'answered'] as const;
/** What comes once the answer is there comes before the next request, too. */
export const BEFORE_AND_AFTER = ['arrived', 'done'] as const;
export type KillPoint = { readonly request: number; readonly moment: (typeof MOMENTS)[number] };

/** Every externally visible boundary between two awaits: at each request that the function makes, at all proxies. */
export function killPoints(requests: number, moments: readonly KillPoint['moment'][] = MOMENTS): KillPoint[] {
  return Array.from({ length: requests }, (_, index) => index + 1).flatMap((request) =>
    moments.map((moment) => ({ request, moment })),
  );
}

export type KillSwitch = {
  /** Give it to what starts the function. */
  arm(kill: Kill): void;
  /** At what it struck, once it has. */
  struck(): string | undefined;
  /** True once a SIGKILL at the point has ended the function; false where there was none. */
  killed(): Promise<boolean>;
};

/** Kills the function at its n-th request, counted over all these proxies. A test has to ask whether it was killed. */
export function killAt(proxies: readonly FaultProxy[], { request, moment }: KillPoint): KillSwitch {
  let count = 0;
  let struck: string | undefined;
  let kill: Kill = async () => false;
  let killed: Promise<boolean> | undefined;
  const counts: Fault = async (exchange) => {
    count += 1;
    const isIt = count === request;
    const strikeIf = (now: KillPoint['moment']) => {
      if (!isIt || moment !== now) return false;
      struck = `${exchange.method} ${exchange.target || exchange.path.split('?')[0]?.split('/').at(-1)}`;
      killed = kill();
      return true;
    };
    if (strikeIf('arrived')) return;
    const answer = await exchange.forward();
    if (strikeIf('done')) return;
    await exchange.relay(answer);
    strikeIf('answered');
  };
  for (const proxy of proxies) proxy.inject(everything, counts);
  return {
    arm(how) {
      kill = how;
    },
    struck: () => struck,
    killed: async () => killed ?? false,
  };
}

/** Runs what may be killed on the way, and may come to its end before it is. */
export async function untilKilled(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}
