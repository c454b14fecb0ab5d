/** What a POSIX shell takes as it stands: plain characters, a single-quoted string, an escaped character. */
const PIECE = /([A-Za-z0-9_./:=,@%+-]+)|'([^']*)'|\\(.)/suy;

/** The words of a command line as a shell would hand them over. Throws where a character would mean something to it. */
export function parseShell(line: string): string[] {
  const words: string[] = [];
  let rest = line;
  while (rest !== '') {
    const { word, length } = firstWord(rest);
    words.push(word);
    rest = rest.slice(length).replace(/^ /, '');
  }
  return words;
}

function firstWord(text: string): { readonly word: string; readonly length: number } {
  let word = '';
  PIECE.lastIndex = 0;
  let length = 0;
  while (length < text.length && text[length] !== ' ') {
    const [all, plain, quoted, escaped] = PIECE.exec(text) ?? [];
    if (all === undefined) throw new Error(`A shell would not take this as a word: ${text.slice(length)}`);
    word += plain ?? quoted ?? escaped ?? '';
    length += all.length;
  }
  return { word, length };
}
