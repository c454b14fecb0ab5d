import { addToBin, type Histogram } from './histogram.ts';
import type { ServiceKey } from './report.ts';
import { addRollbacks, EPISODE_COUNTS, HISTOGRAMS, histogramAt, histogramsOf, type Tally } from './tally.ts';
import { readVarints, type VarintWriter, varintReader, varintWriter } from './varint.ts';

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
  let values = new Float64Array(1024);
  for (const [cluster, namespace, service] of keys) {
    const bytes = reader.read();
    const from = reader.skip(bytes);
    const tallies = into({ cluster, namespace, service });
    if (from + bytes > numbers.length) throw new RangeError(`The numbers end before those of ${service} do`);
    if (tallies.length === 0) continue;
    if (values.length < bytes) values = new Float64Array(2 * bytes);
    addNumbers(values.subarray(0, readVarints(numbers, from, from + bytes, values)), kinds, tallies);
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

function addNumbers(values: Float64Array, kinds: readonly string[], tallies: readonly Tally[]): void {
  let at = addCounts(values, kinds, tallies);
  for (let place = 0; place < HISTOGRAMS; place += 1) {
    for (const tally of tallies) addToHistogram(values, at, histogramAt(tally, place));
    at += 3 + 2 * valueAt(values, at + 2);
  }
  if (at !== values.length) throw new RangeError(`A service has ${values.length} numbers, and should have ${at}`);
}

/** Answers where the histograms begin. */
function addCounts(values: Float64Array, kinds: readonly string[], tallies: readonly Tally[]): number {
  let at = 1;
  for (let left = valueAt(values, 0); left > 0; left -= 1) {
    const kind = kinds[valueAt(values, at)];
    const count = valueAt(values, at + 1);
    if (kind === undefined) throw new RangeError('A number refers to a kind of rollback that is not listed');
    for (const tally of tallies) addRollbacks(tally, kind, count);
    at += 2;
  }
  for (const name of EPISODE_COUNTS) {
    const count = valueAt(values, at++);
    for (const tally of tallies) tally.episodes[name] += count;
  }
  return at;
}

function addToHistogram(values: Float64Array, from: number, histogram: Histogram): void {
  const { bins } = histogram;
  const first = from + 3;
  const end = first + 2 * valueAt(values, from + 2);
  if (end > values.length) throw new RangeError('The numbers end within a histogram');
  let count = 0;
  let bin = 0;
  for (let at = first; at < end; at += 2) {
    bin += values[at] ?? 0;
    const inBin = values[at + 1] ?? 0;
    count += inBin;
    if (bin < bins.length) bins[bin] = (bins[bin] ?? 0) + inBin;
    else addToBin(bins, bin, inBin);
  }
  histogram.count += count;
  histogram.sumMs += valueAt(values, from);
  histogram.maxMs = Math.max(histogram.maxMs, valueAt(values, from + 1));
}

function valueAt(values: Float64Array, at: number): number {
  const value = values[at];
  if (value === undefined) throw new RangeError(`The numbers of a service end after ${values.length}`);
  return value;
}
