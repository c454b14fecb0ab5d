/** Where the settings are kept, in parameters: see shared/contracts/settings-parameters.ts. Throws SettingsSourceFault. */
export type SettingsSource = {
  read(signal: AbortSignal): Promise<readonly { readonly name: string; readonly text: string }[]>;
};

/** The settings could not be read. A later try can help. */
export class SettingsSourceFault extends Error {
  override name = 'SettingsSourceFault' as const;
  readonly retryable = true;
}
