import { vi } from 'vitest';

export type Output = {
  /** The lines that are JSON objects, as CloudWatch takes them: logs by `level`, metrics by `_aws`. */
  lines(): Record<string, unknown>[];
  text(): string;
};

/** Keeps what a function writes to its standard output and error from the terminal, for the test to read. */
export function recordOutput(): Output {
  const written: string[] = [];
  const take = (chunk: string | Uint8Array) => {
    written.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  const text = () => written.join('');
  return {
    text,
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
  };
}
