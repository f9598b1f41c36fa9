import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';

/** One former file is kept: enough to look back, never more than two of these. */
const LARGEST_BYTES = 1024 ** 2;

/**
 * Appends an unforeseen error with its stack to `THAW_HOME/log/errors.log`.
 *
 * @returns the file, or null where it cannot be written
 */
export function writeErrorDetails(error: unknown): string | null {
  const home = process.env['THAW_HOME'];
  if (home === undefined || home === '') return null;
  const file = path.join(home, 'log', 'errors.log');
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > LARGEST_BYTES) renameSync(file, `${file}.1`);
    appendFileSync(file, `${new Date().toISOString()} ${process.argv.slice(2).join(' ')}\n${inspect(error)}\n\n`, {
      mode: 0o600,
    });
    return file;
  } catch {
    return null;
  }
}
