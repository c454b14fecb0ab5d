import {
  type ClusterSettings,
  checkSettings,
  isProblems,
  type Settings,
  type SettingsProblem,
} from '#shared/contracts/settings.ts';
import { splitSettings } from '#shared/contracts/settings-parameters.ts';
import { wordsOf } from '../words-of.ts';
import { examineCa } from './examine-ca.ts';
import { warnOfTokens } from './warn-of-tokens.ts';

/** What `settings validate` has found. */
export type ExaminedSettings = {
  readonly valid: boolean;
  readonly problems: readonly SettingsProblem[];
  readonly warnings: readonly string[];
  /** Absent where the document is not one of settings at all. */
  readonly holds?:
    | {
        readonly settings: Settings;
        readonly parameters: readonly { readonly name: string; readonly bytes: number }[];
      }
    | undefined;
};

/** Checks a document as the service does, and what only shows when it is used: sizes, certificates, expiry. */
export function examineSettings(text: string, now: number): ExaminedSettings {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const message = `not JSON: ${wordsOf(error)}`;
    return { valid: false, problems: [{ path: '', message }], warnings: [] };
  }
  const settings = checkSettings(document);
  if (isProblems(settings)) return { valid: false, problems: settings, warnings: [] };
  const split = splitSettings(document);
  const authorities = settings.clusters.map(({ ca }, index) => examineCa(`clusters.${index}.ca`, ca, now));
  const problems = [...split.problems, ...authorities.flatMap((found) => found.problems)];
  return {
    valid: problems.length === 0,
    problems,
    warnings: [
      ...warnOfMode(settings),
      ...settings.clusters.flatMap(warnOfPlace),
      ...authorities.flatMap((found) => found.warnings),
      ...warnOfTokens(settings, now),
      ...warnOfChannels(settings),
      ...warnOfUnsigned(settings),
    ],
    holds: { settings, parameters: split.parameters.map(({ name, bytes }) => ({ name, bytes })) },
  };
}

function warnOfMode({ mode }: Settings): string[] {
  return mode === 'act' ? [] : [`mode is ${mode}: nothing is rolled back, whatever an object's own mode says`];
}

/** Nobody is a choice, too, but seldom a wanted one. */
function warnOfChannels({ notify: { channels } }: Settings): string[] {
  if (channels.length === 0) return ['notify.channels is empty: nobody is told of what could not be rolled back'];
  const hears = channels.some(({ filter }) => filter?.severities?.includes('critical') ?? true);
  return hears ? [] : ['no channel of notify.channels hears of what is critical'];
}

/** Anybody who finds its address could tell it what we never told. */
function warnOfUnsigned({ notify: { channels } }: Settings): string[] {
  return channels
    .filter((channel) => channel.type === 'webhook' && channel.signingKey === undefined)
    .map(({ name }) => `channel ${name}: without signingKey nothing shows the receiver that an event is ours`);
}

/** A deployed function has the variables and files of its package, where a token has no place. */
function warnOfPlace({ name, token }: ClusterSettings): string[] {
  if (!token || 'secret' in token || 'parameter' in token) return [];
  const place = 'env' in token ? `the variable ${token.env}` : `the file ${token.file}`;
  return [`cluster ${name}: its token is in ${place} of the function; a deployed one should refer to a secret`];
}
