import { addToBin, type Histogram } from './histogram.ts';
import type { ServiceKey } from './report.ts';
import { addRollbacks, addTally, EPISODE_COUNTS, emptyTally, histogramsOf, type Tally } from './tally.ts';
import { readVarint, type VarintReader, type VarintWriter, varintWriter } from './varint.ts';

/** One service's counts of one day. */
export type Cell = { readonly key: ServiceKey; readonly tally: Tally };

/** Many cells as they are stored: names as text, and all numbers in one run of bytes, which is read without a copy. */
export type PackedCells = {
  readonly keys: readonly (readonly [cluster: string, namespace: string, service: string])[];
  /** The kinds of rollbacks that the numbers refer to by their place here. */
  readonly kinds: readonly string[];
  readonly numbers: Uint8Array;
  /** The sum of all of them, for whoever asks for no service: absent in what was folded before there was one. */
  readonly total?: Uint8Array | undefined;
};

/** About what one stored item takes: far below DynamoDB's 400 KB, as a name may be long. */
const MAX_BYTES = 200 * 1024;

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

/**
 * Adds the cells to the tallies that `into` names for each, by its service or its place; those of a cell with none are
 * passed over. Throws RangeError.
 */
export function addPacked(
  { keys, kinds, numbers }: PackedCells,
  into: (key: ServiceKey, place: number) => readonly Tally[],
): void {
  const reader = { bytes: numbers, at: 0 };
  for (const [place, [cluster, namespace, service]] of keys.entries()) {
    const length = readVarint(reader);
    const from = reader.at;
    for (const tally of into({ cluster, namespace, service }, place)) {
      reader.at = from;
      addNumbers(reader, kinds, tally);
      if (reader.at !== from + length) throw new RangeError(`The numbers of ${service} are not as long as they say`);
    }
    reader.at = from + length;
  }
  if (reader.at !== numbers.length) throw new RangeError('There are not as many numbers as the services have');
}

/** Adds the sum of all cells at once; false where it is not there. Throws RangeError. */
export function addPackedTotal({ kinds, total }: PackedCells, tally: Tally): boolean {
  if (!total) return false;
  const reader = { bytes: total, at: 0 };
  addNumbers(reader, kinds, tally);
  if (reader.at !== total.length) throw new RangeError('There are more numbers than a sum has');
  return true;
}

type OpenPart = {
  readonly keys: [string, string, string][];
  readonly kinds: Map<string, number>;
  readonly numbers: Uint8Array[];
  readonly total: Tally;
  size: number;
};

function newPart(): OpenPart {
  return { keys: [], kinds: new Map(), numbers: [], total: emptyTally(), size: 0 };
}

function addCell(part: OpenPart, { key: { cluster, namespace, service }, tally }: Cell): void {
  const numbers = numbersOf(tally, part.kinds);
  const length = varintWriter();
  length.write(numbers.length);
  part.keys.push([cluster, namespace, service]);
  part.numbers.push(length.bytes(), numbers);
  addTally(part.total, tally);
  // A name's letters may be of three bytes each.
  part.size += numbers.length + 3 * (cluster.length + namespace.length + service.length) + 16;
}

function closed({ keys, kinds, numbers, total }: OpenPart): PackedCells {
  const whole = new Uint8Array(numbers.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const some of numbers) {
    whole.set(some, at);
    at += some.length;
  }
  return { keys, kinds: [...kinds.keys()], numbers: whole, total: numbersOf(total, kinds) };
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

function addNumbers(reader: VarintReader, kinds: readonly string[], tally: Tally): void {
  for (let left = readVarint(reader); left > 0; left -= 1) {
    const kind = kinds[readVarint(reader)];
    if (kind === undefined) throw new RangeError('A number refers to a kind of rollback that is not listed');
    addRollbacks(tally, kind, readVarint(reader));
  }
  for (const name of EPISODE_COUNTS) tally.episodes[name] += readVarint(reader);
  for (const histogram of histogramsOf(tally)) addToHistogram(reader, histogram);
}

function addToHistogram(reader: VarintReader, histogram: Histogram): void {
  const { bins } = histogram;
  histogram.sumMs += readVarint(reader);
  histogram.maxMs = Math.max(histogram.maxMs, readVarint(reader));
  let count = 0;
  let bin = 0;
  for (let left = readVarint(reader); left > 0; left -= 1) {
    bin += readVarint(reader);
    const inBin = readVarint(reader);
    count += inBin;
    const already = bins[bin];
    if (already === undefined) addToBin(bins, bin, inBin);
    else bins[bin] = already + inBin;
  }
  histogram.count += count;
}
