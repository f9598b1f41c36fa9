import { inspect } from 'node:util';
import { writeLocal } from './local-log.ts';

/**
 * Writes an unforeseen error with its stack to the local log.
 *
 * @param where what met it, in words that name nobody and no place: the log may be given away
 * @returns the file, or null where it cannot be written
 */
export function writeErrorDetails(error: unknown, where: string): string | null {
  const home = process.env['THAW_HOME'];
  if (home === undefined || home === '') return null;
  return writeLocal(home, 'error', `${where}\n${inspect(error)}`);
}
