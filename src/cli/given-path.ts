import path from 'node:path';
import { ThawError } from '../shared/errors/thaw-error.ts';

/**
 * A path as a person wrote it, made absolute: npm runs commands in the project's folder and keeps theirs in INIT_CWD.
 *
 * @throws ThawError `usage.invalid` for an empty one, which would silently mean the folder they stand in
 */
export function givenPath(written: string): string {
  if (written === '') {
    throw new ThawError(
      'usage.invalid',
      'A path names a file or folder; received an empty one.',
      'Check the variable that it came from, or write `.` for this folder.',
    );
  }
  return path.resolve(process.env['INIT_CWD'] ?? process.cwd(), written);
}
