import { type HttpResponse, json } from '#shared/runtime/http.ts';

/** Where the settings in use are from, and whether others may be stored by now. */
export type SettingsState = { readonly origin: string; readonly stale: boolean };

/** Whoever asks needs no token, so it tells nothing but how it stands: 503 where no alert could be handled. */
export async function tellHealth({
  settingsState,
}: {
  readonly settingsState?: (() => Promise<SettingsState>) | undefined;
}): Promise<HttpResponse> {
  if (!settingsState) return json(200, { status: 'ok' });
  try {
    const { origin, stale } = await settingsState();
    return json(200, { status: 'ok', settings: { origin, stale } });
  } catch {
    return json(503, { status: 'failing', settings: 'cannot be loaded; the log tells why' });
  }
}
