import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { CliError } from '../cli-error.ts';
import { type LocalServer, startHttpServer } from './http-server.ts';

export const FIRST_PORT = 8080;
const PORTS_TRIED = 50;

/** Listens on the port asked for, or on the first free one from 8080 on. */
export async function listen(handler: HttpHandler, asked: number | undefined): Promise<LocalServer> {
  if (asked !== undefined) {
    return startHttpServer(handler, asked).catch((error: unknown) => {
      throw new CliError(`Cannot listen on 127.0.0.1:${asked}: ${words(error)}. Choose another --port`, {
        cause: error,
      });
    });
  }
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port += 1) {
    try {
      return await startHttpServer(handler, port);
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw error;
    }
  }
  throw new CliError(
    `No port from ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} is free on 127.0.0.1; give one with --port`,
  );
}

function words(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return 'another program listens there';
  return code === 'EACCES' ? 'this user may not listen there' : String(error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
