import { KNOWN_KEYS, oddText, oddValue, withOwn } from './odd-values.ts';
import type { Random } from './random.ts';

type Node = { [key: string]: unknown };

/** A body made of a real one: mostly still a webhook, sometimes still JSON, sometimes neither. */
export function mutate(real: string, random: Random): string {
  const kind = random.below(10);
  if (kind === 0) return mutateText(real, random);
  if (kind === 1) return mutateText(mutateTree(real, random), random);
  return mutateTree(real, random);
}

function mutateTree(real: string, random: Random): string {
  const root: unknown = JSON.parse(real);
  const changes = 1 + random.below(4);
  for (let change = 0; change < changes; change += 1) changeSomewhere(root, random);
  return JSON.stringify(root);
}

function changeSomewhere(root: unknown, random: Random): void {
  const node = descend(root, random);
  if (Array.isArray(node)) changeArray(node, random);
  else if (node) changeObject(node, random);
}

function changeObject(node: Node, random: Random): void {
  const keys = Object.keys(node);
  const key = random.pick(keys) ?? 'alerts';
  switch (random.below(5)) {
    case 0:
      delete node[key];
      return;
    case 1:
      withOwn(node, random.oneIn(3) ? oddText(random) : random.pick(KNOWN_KEYS), oddValue(random));
      return;
    case 2:
      // What is text stays text: that is what gets past the schema.
      withOwn(node, key, typeof node[key] === 'string' ? oddText(random) : node[key]);
      return;
    case 3:
      withOwn(node, random.pick(KNOWN_KEYS), oddText(random));
      return;
    default:
      withOwn(node, key, oddValue(random));
  }
}

function changeArray(array: unknown[], random: Random): void {
  switch (random.below(4)) {
    case 0:
      array.push(...Array(random.below(20)).fill(array[0]));
      return;
    case 1:
      array.splice(random.below(array.length), 1);
      return;
    case 2:
      array.push(oddValue(random));
      return;
    default:
      array.reverse();
  }
}

/** To the labels more often than not: they are what is acted on. */
function descend(root: unknown, random: Random): Node | unknown[] | undefined {
  let node = root;
  for (let level = 0; level < 4 && isNode(node); level += 1) {
    const below = Object.values(node).filter(isNode);
    if (below.length === 0 || random.oneIn(4)) break;
    node = random.pick(below);
  }
  return isNode(node) ? node : undefined;
}

function isNode(value: unknown): value is Node | unknown[] {
  return typeof value === 'object' && value !== null;
}

function mutateText(text: string, random: Random): string {
  const at = random.below(text.length);
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + oddText(random) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + random.below(30));
    case 3:
      return `\uFEFF${text}`;
    case 4:
      return wrapped(random);
    case 5:
      return text.replace(
        /:(\d+|"[^"]{0,8}")/,
        () => `:${random.pick(['1e999', '-1e999', 'NaN', '0x10', '"\\ud800"', '1'.repeat(400)])}`,
      );
    case 6:
      return text.replace('"alerts":[', `"alerts":${'['.repeat(1 + random.below(5000))}`);
    default:
      return text + text;
  }
}

/** Deeper than anything that recurses by the level can go. */
function wrapped(random: Random): string {
  const levels = random.oneIn(20) ? 200_000 : random.below(5000);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"alerts":', '}'],
    ['{"__proto__":', '}'],
    ['{"alerts":[{"labels":', '}]}'],
  ] as const);
  return `${open.repeat(levels)}1${random.oneIn(2) ? close.repeat(levels) : ''}`;
}
