import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes a small file for its owner alone (0600), aside and renamed, so that a kill leaves the old one or the new one.
 *
 * @throws the file system's error
 */
export function writeAside(file: string, content: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}.part`;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(aside, content, { mode: 0o600, flush: true });
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}
