/** The default alphabet of GSM 03.38: a text of these alone has 160 characters in a message, any other 70. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** These take the place of two. */
const EXTENDED = new Set('^{}\\[~]|€');

/** The text in that alphabet; what it lacks is a question mark. */
export function gsmText(text: string): string {
  return [...text]
    .map((character) => (BASIC.has(character) || EXTENDED.has(character) ? character : (NEAR[character] ?? '?')))
    .join('');
}

const NEAR: Readonly<Record<string, string>> = {
  '→': '->',
  '…': '...',
  '–': '-',
  '—': '-',
  '’': "'",
  '“': '"',
  '”': '"',
};

/** How many places it takes. */
export function gsmLength(text: string): number {
  return [...text].reduce((sum, character) => sum + (EXTENDED.has(character) ? 2 : 1), 0);
}
