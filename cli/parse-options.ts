import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CliError } from './cli-error.ts';
import { wordsOf } from './words-of.ts';

/** A command's options and positionals. @throws CliError that says which option is not one, and where they are told. */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new CliError(`${wordsOf(error)}. Try --help`);
  }
}
