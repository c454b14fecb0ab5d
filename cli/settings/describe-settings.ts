import type {
  ClusterSettings,
  PrometheusSettings,
  Settings,
  TokenSettings,
  TokenSource,
} from '#shared/contracts/settings.ts';
import { MAX_PARAMETER_BYTES } from '#shared/contracts/settings-parameters.ts';
import type { ExaminedSettings } from './examine-settings.ts';
import { tellChannel } from './tell-channel.ts';
import { isExpired } from './warn-of-tokens.ts';

type Row = readonly string[];

/** What was found, for a person to read. */
export function describeSettings(file: string, { valid, problems, warnings, holds }: ExaminedSettings): string {
  const lines = [
    valid ? `${file} is valid.` : `${file} cannot be used:`,
    ...problems.map(({ path, message }) => `  ${path || 'settings'}: ${message}`),
    ...(holds ? ['', ...tell(holds.settings), ...tellSizes(holds.parameters)] : []),
    ...section(
      'Warnings',
      warnings.map((words) => [words]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for a program. */
export function settingsAsJson({ valid, problems, warnings, holds }: ExaminedSettings, now: number): string {
  const found = holds && {
    mode: holds.settings.mode,
    clusters: holds.settings.clusters.map((one) => ({ name: one.name, endpoint: one.endpoint, proof: proofOf(one) })),
    tokens: holds.settings.tokens.map((one) => ({
      name: one.name,
      scope: one.scope,
      expiresAt: one.expiresAt,
      expired: isExpired(one, now),
    })),
    weekly: holds.settings.report.weekly,
    channels: holds.settings.notify.channels.map(({ name, type, filter }) => ({ name, type, filter })),
    parameters: holds.parameters,
  };
  return `${JSON.stringify({ valid, problems, warnings, ...found }, null, 2)}\n`;
}

function tell({
  mode,
  sla,
  slaObjective,
  hold,
  onRevert,
  alerts,
  clusters,
  tokens,
  sns,
  report,
  notify,
}: Settings): string[] {
  return [
    `Mode      ${mode}`,
    `SLA       ${sla / 1000} s from alert to zero, in ${Number((slaObjective * 100).toFixed(4))} % of episodes; a hold of ${hold / 60_000} min`,
    `Put back  ${onRevert === 'page' ? 'a canary within its hold pages' : 'a canary within its hold goes to zero again'}`,
    `Alerts    ${alerts.selector.length} selectors, ${alerts.never.length} exclusions; the label ${alerts.clusterLabel} names the cluster`,
    `Report    ${weeklyWords(report.weekly)}`,
    ...section(
      'Clusters',
      clusters.flatMap((one) => [
        [one.name, one.endpoint],
        ['', proofOf(one)],
        ['', readsOf(one)],
        ...(one.prometheus ? [['', verifiesBy(one.prometheus)]] : []),
      ]),
    ),
    ...section(
      'Tokens',
      tokens.map((one) => [one.name, one.scope, expiryOf(one)]),
    ),
    ...section(
      'SNS topics',
      sns.topics.map((topic) => [topic]),
    ),
    ...section('Notifications', notify.channels.map(tellChannel)),
  ];
}

function weeklyWords(weekly: Settings['report']['weekly']): string {
  if (weekly === 'off') return 'people are told of no week';
  return `people are told of the week before, each ${weekly.day} at ${String(weekly.hour).padStart(2, '0')}:00 UTC`;
}

function proofOf({ eks, token }: ClusterSettings): string {
  if (eks) {
    const role = eks.roleArn === undefined ? "as the function's own role" : `as ${eks.roleArn}`;
    return `EKS ${eks.cluster} in ${eks.region}, ${role}`;
  }
  return token ? `token from ${placeOf(token)}` : '';
}

function placeOf(source: TokenSource): string {
  if ('env' in source) return `the variable ${source.env}`;
  if ('file' in source) return `the file ${source.file}`;
  if ('parameter' in source) return `the parameter ${source.parameter}`;
  return `the secret ${source.secret}${source.key === undefined ? '' : `, key ${source.key}`}`;
}

function verifiesBy({ url, token, sigv4 }: PrometheusSettings): string {
  const signed = sigv4 && `, signed for ${sigv4.region}${sigv4.roleArn ? ` as ${sigv4.roleArn}` : ''}`;
  return `verified by ${url}${signed ?? (token ? ', with a bearer token' : '')}`;
}

function readsOf({ ca, namespaces, optionalReads }: ClusterSettings): string {
  const words = [
    ca === undefined ? "the system's CAs" : 'its own CA',
    namespaces ? `namespaces ${namespaces.join(', ')}` : 'all namespaces',
    ...(optionalReads ? [] : ['VirtualServices only']),
  ];
  return words.join('; ');
}

function expiryOf({ expiresAt }: TokenSettings): string {
  return expiresAt === undefined ? 'never expires' : `until ${expiresAt}`;
}

function tellSizes(parameters: readonly { readonly name: string; readonly bytes: number }[]): string[] {
  return section(
    `Parameters (${MAX_PARAMETER_BYTES} bytes at most)`,
    parameters.map(({ name, bytes }) => [name, `${bytes} bytes`]),
  );
}

/** A title and its rows in columns; nothing where there are none. */
function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const line = (row: Row) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(width(column)))).join('  ');
  return ['', title, ...rows.map((row) => `  ${line(row)}`)];
}
