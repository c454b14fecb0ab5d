import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came in. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  /** The operation of an AWS JSON service (`X-Amz-Target` behind its dot), else empty. */
  readonly target: string;
  readonly authorization: string;
  readonly body: string;
};

export type Answered = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** One request on its way, for a fault to decide about: without one it is forwarded, and its answer relayed. */
export type Exchange = Asked & {
  /** Has the engine behind do it; its answer is known here and nowhere else yet. */
  forward(): Promise<Answered>;
  /** Resolves once the answer is on its way to who asked. */
  relay(answer: Answered): Promise<void>;
  answer(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** TCP RST to who asked. */
  reset(): void;
};

/** What the proxy noted of one request. `order` counts over all proxies of this process. */
export type Noted = Asked & {
  readonly order: number;
  readonly at: number;
  /** Set as it happens. Epoch ms. */
  forwardedAt?: number;
  answeredAt?: number;
  status?: number;
};
