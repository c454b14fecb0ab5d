import type { RecordedAlert } from './rollback-record.ts';

export type AlertLink = { readonly name: 'Runbook' | 'Dashboard' | 'Query'; readonly url: string };

/** What the author of an alert gave a person to follow, by the annotations that are in use for it; nothing says that they are URLs. */
export function alertLinks({
  annotations,
  generatorUrl,
}: Pick<RecordedAlert, 'annotations' | 'generatorUrl'>): AlertLink[] {
  const first = (...names: string[]) => names.map((name) => annotations[name]).find((text) => text);
  return [
    ...link('Runbook', first('runbook_url', 'runbook')),
    ...link('Dashboard', first('dashboard_url', 'dashboard')),
    ...link('Query', generatorUrl),
  ];
}

function link(name: AlertLink['name'], url: string | undefined): AlertLink[] {
  return url ? [{ name, url }] : [];
}
