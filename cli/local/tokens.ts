import { createHash, randomBytes } from 'node:crypto';
import type { TokenSettings } from '#shared/contracts/settings.ts';

/** The tokens of a local run: the user's own, or new ones that are printed. */
export type LocalTokens = {
  readonly alerts: string;
  readonly read: string;
  readonly operate: string;
  /** Which were made here, so that they have to be shown; the user's own never are. */
  readonly generated: { readonly alerts: boolean; readonly read: boolean; readonly operate: boolean };
  readonly settings: TokenSettings[];
};

export function localTokens(environment: Readonly<Record<string, string | undefined>>): LocalTokens {
  const given = {
    alerts: environment['WEIGHTLESS_ALERTS_TOKEN'],
    read: environment['WEIGHTLESS_READ_TOKEN'],
    operate: environment['WEIGHTLESS_OPERATE_TOKEN'],
  };
  const alerts = given.alerts || newToken();
  const read = given.read || newToken();
  const operate = given.operate || newToken();
  return {
    alerts,
    read,
    operate,
    generated: { alerts: !given.alerts, read: !given.read, operate: !given.operate },
    settings: [
      { name: 'alertmanager', sha256: digest(alerts), scope: 'alerts' },
      { name: 'reader', sha256: digest(read), scope: 'read' },
      { name: 'operator', sha256: digest(operate), scope: 'operate' },
    ],
  };
}

/** 192 bits, in what a URL and a shell take as it is. */
function newToken(): string {
  return randomBytes(24).toString('base64url');
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
