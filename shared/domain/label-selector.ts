/** Terms of a Kubernetes equality selector; all must hold. */
export type LabelSelector = readonly { readonly key: string; readonly equal: boolean; readonly value: string }[];

const TERM = /^([A-Za-z0-9]([-A-Za-z0-9._/]{0,315}[A-Za-z0-9])?)\s*(==|=|!=)\s*([^\s=!,][^=!,]*|)$/;

/** Parses `a=b,c!=d`; undefined where it is malformed. Values may hold what Prometheus label values hold, except `,=!`. */
export function parseLabelSelector(text: string): LabelSelector | undefined {
  const terms: { key: string; equal: boolean; value: string }[] = [];
  for (const part of text.split(',')) {
    const term = TERM.exec(part.trim());
    if (!term?.[1] || term[4] === undefined) return undefined;
    terms.push({ key: term[1], equal: term[3] !== '!=', value: term[4].trim() });
  }
  return terms;
}

/** True where every term holds; as in Kubernetes, `!=` also holds where the key is absent. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every(({ key, equal, value }) => (Object.hasOwn(labels, key) && labels[key] === value) === equal);
}
