/** undefined where the text is no JSON, which JSON itself has no word for. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
