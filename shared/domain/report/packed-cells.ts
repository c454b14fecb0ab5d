import { addToBin, type Histogram } from './histogram.ts';
import { type ServiceKey, STAGES } from './report.ts';
import { addRollbacks, EPISODE_COUNTS, histogramsOf, type Tally } from './tally.ts';
import { type VarintReader, type VarintWriter, varintReader, varintWriter } from './varint.ts';

/** One service's counts of one day. */
export type Cell = { readonly key: ServiceKey; readonly tally: Tally };

/** Many cells as they are stored: names as text, and all numbers in one run of bytes, which is read without a copy. */
export type PackedCells = {
  readonly keys: readonly (readonly [cluster: string, namespace: string, service: string])[];
  /** The kinds of rollbacks that the numbers refer to by their place here. */
  readonly kinds: readonly string[];
  readonly numbers: Uint8Array;
};

/** About what one stored item takes: far below DynamoDB's 400 KB, as a name may be long. */
const MAX_BYTES = 200 * 1024;

const HISTOGRAMS = 2 + STAGES.length;

/** The cells in as many parts as they need, each small enough for an item. */
export function packCells(cells: readonly Cell[]): PackedCells[] {
  const parts: PackedCells[] = [];
  let open = newPart();
  for (const cell of cells) {
    if (open.size > MAX_BYTES) {
      parts.push(closed(open));
      open = newPart();
    }
    addCell(open, cell);
  }
  return open.keys.length > 0 ? [...parts, closed(open)] : parts;
}

/** Adds the cells to the tallies that `into` names for each; those of a cell with none are passed over. Throws RangeError. */
export function addPacked({ keys, kinds, numbers }: PackedCells, into: (key: ServiceKey) => readonly Tally[]): void {
  const reader = varintReader(numbers);
  for (const [cluster, namespace, service] of keys) {
    const bytes = reader.read();
    const tallies = into({ cluster, namespace, service });
    if (tallies.length === 0) reader.skip(bytes);
    else addNumbers(reader, kinds, tallies);
  }
  if (!reader.atEnd()) throw new RangeError('There are more numbers than services');
}

type OpenPart = {
  readonly keys: [string, string, string][];
  readonly kinds: Map<string, number>;
  readonly numbers: Uint8Array[];
  size: number;
};

function newPart(): OpenPart {
  return { keys: [], kinds: new Map(), numbers: [], size: 0 };
}

function addCell(part: OpenPart, { key: { cluster, namespace, service }, tally }: Cell): void {
  const numbers = numbersOf(tally, part.kinds);
  const length = varintWriter();
  length.write(numbers.length);
  part.keys.push([cluster, namespace, service]);
  part.numbers.push(length.bytes(), numbers);
  // A name's letters may be of three bytes each.
  part.size += numbers.length + 3 * (cluster.length + namespace.length + service.length) + 16;
}

function closed({ keys, kinds, numbers }: OpenPart): PackedCells {
  const whole = new Uint8Array(numbers.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const some of numbers) {
    whole.set(some, at);
    at += some.length;
  }
  return { keys, kinds: [...kinds.keys()], numbers: whole };
}

function numbersOf(tally: Tally, kinds: Map<string, number>): Uint8Array {
  const writer = varintWriter();
  writer.write(tally.rollbacks.size);
  for (const [kind, count] of tally.rollbacks) {
    if (!kinds.has(kind)) kinds.set(kind, kinds.size);
    writer.write(kinds.get(kind) ?? 0);
    writer.write(count);
  }
  for (const name of EPISODE_COUNTS) writer.write(tally.episodes[name]);
  for (const { sumMs, maxMs, bins } of histogramsOf(tally)) {
    writer.write(sumMs);
    writer.write(maxMs);
    writeBins(writer, bins);
  }
  return writer.bytes();
}

function writeBins(writer: VarintWriter, bins: readonly number[]): void {
  const filled = [...bins.entries()].filter(([, count]) => count > 0);
  writer.write(filled.length);
  let last = 0;
  for (const [bin, count] of filled) {
    writer.write(bin - last);
    writer.write(count);
    last = bin;
  }
}

function addNumbers(reader: VarintReader, kinds: readonly string[], tallies: readonly Tally[]): void {
  for (let left = reader.read(); left > 0; left -= 1) {
    const kind = kinds[reader.read()];
    const count = reader.read();
    if (kind === undefined) throw new RangeError('A number refers to a kind of rollback that is not listed');
    for (const tally of tallies) addRollbacks(tally, kind, count);
  }
  for (const name of EPISODE_COUNTS) {
    const count = reader.read();
    for (const tally of tallies) tally.episodes[name] += count;
  }
  const into = tallies.map(histogramsOf);
  for (let index = 0; index < HISTOGRAMS; index += 1) {
    addToHistograms(
      reader,
      into.flatMap((all) => all[index] ?? []),
    );
  }
}

function addToHistograms(reader: VarintReader, histograms: readonly Histogram[]): void {
  const sumMs = reader.read();
  const maxMs = reader.read();
  let count = 0;
  let bin = 0;
  for (let left = reader.read(); left > 0; left -= 1) {
    bin += reader.read();
    const inBin = reader.read();
    count += inBin;
    for (const { bins } of histograms) addToBin(bins, bin, inBin);
  }
  for (const histogram of histograms) {
    histogram.count += count;
    histogram.sumMs += sumMs;
    histogram.maxMs = Math.max(histogram.maxMs, maxMs);
  }
}
