import { inspect } from 'node:util';
import { writeLocal } from './local-log.ts';

/**
 * Writes an unforeseen error with its stack to the local log.
 *
 * @returns the file, or null where it cannot be written
 */
export function writeErrorDetails(error: unknown): string | null {
  const home = process.env['THAW_HOME'];
  if (home === undefined || home === '') return null;
  const command = process.argv.slice(2).join(' ');
  return writeLocal(home, 'error', `${command === '' ? 'engine' : `thaw ${command}`}\n${inspect(error)}`);
}
