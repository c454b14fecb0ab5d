import { splitSettings } from '#shared/contracts/settings-parameters.ts';
import { type SettingsSource, SettingsSourceFault } from '#shared/ports/settings-source.ts';

type Parameters = Awaited<ReturnType<SettingsSource['read']>>;

/** One reading that was asked for, to be answered when the test says. */
export type AskedReading = {
  readonly signal: AbortSignal;
  answer(parameters: Parameters): void;
  fail(message?: string): void;
};

export type ScriptedSettingsSource = SettingsSource & {
  /** All that was asked for, oldest first. */
  readonly asked: readonly AskedReading[];
  /** From now on every reading is answered so at once; undefined: it waits for the test. */
  stored: Parameters | 'throttled' | undefined;
};

/** Parameter Store as a test tells it. */
export function scriptedSettingsSource(stored?: ScriptedSettingsSource['stored']): ScriptedSettingsSource {
  const asked: AskedReading[] = [];
  return {
    asked,
    stored,
    read(signal) {
      return new Promise((resolve, reject) => {
        const fail = (message = 'Rate exceeded') => reject(new SettingsSourceFault(message));
        asked.push({ signal, answer: resolve, fail });
        if (this.stored === 'throttled') fail();
        else if (this.stored) resolve(this.stored);
      });
    },
  };
}

/** A document as its parameters below the path. */
export function parametersOf(document: unknown, path = '/weightless/test'): Parameters {
  return splitSettings(document).parameters.map(({ name, text }) => ({ name: `${path}/${name}`, text }));
}
