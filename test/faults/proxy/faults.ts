import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked, Exchange } from './exchange.ts';

export type Fault = (exchange: Exchange) => Promise<void>;
export type Match = (asked: Asked) => boolean;

/** Nothing reached the server. */
export const resetsBeforeSending: Fault = async (exchange) => exchange.reset();

/** The server did it, and we were never told: the worst of them. */
export const resetsAfterSending: Fault = async (exchange) => {
  await exchange.forward();
  exchange.reset();
};

/** Neither an answer nor an end; and the server never heard of it. */
export const hangs: Fault = () => new Promise<never>(() => undefined);

/** The server did it, and the connection is silent. */
export const swallowsTheAnswer: Fault = async (exchange) => {
  await exchange.forward();
  await hangs(exchange);
};

export function delays(ms: number): Fault {
  return async (exchange) => {
    await sleep(ms);
    await exchange.relay(await exchange.forward());
  };
}

export function answers(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault {
  return (exchange) => exchange.answer(status, body, headers);
}

/** Something happens after the request has come, and before the server hears of it. */
export function afterwards(effect: (exchange: Exchange) => Promise<unknown>): Fault {
  return async (exchange) => {
    await effect(exchange);
    await exchange.relay(await exchange.forward());
  };
}

/** As DynamoDB says it; its errors are JSON with a `__type`. */
export function dynamodbError(status: number, type: string, more: Readonly<Record<string, unknown>> = {}): Fault {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: `${type}, said the tests`, ...more };
  return answers(status, body, { 'content-type': 'application/x-amz-json-1.0' });
}

/** As the API server says it: a Status. */
export function kubernetesError(
  code: number,
  reason: string,
  message = `${reason}, said the tests`,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return answers(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }, headers);
}

export const everything: Match = () => true;

export function targets(...names: readonly string[]): Match {
  return ({ target }) => names.includes(target);
}

/** By method, and what the path holds. */
export function requests(method: string, ...parts: readonly string[]): Match {
  return (asked) => asked.method === method && parts.every((part) => asked.path.includes(part));
}
