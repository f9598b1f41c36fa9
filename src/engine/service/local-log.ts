import { appendFileSync, mkdirSync, renameSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';

export type LocalLevel = 'information' | 'warning' | 'error';

/** `thaw.log` and so many former ones, each of at most this size and one entry. */
const LARGEST_BYTES = 1024 ** 2;
const FORMER_KEPT = 4;
/** Characters of one entry, at most. */
const LONGEST_ENTRY = 32_768;
/** Who was to rename the files is gone after so long. */
const ABANDONED_MILLISECONDS = 60_000;

/** Where Thaw writes what became of itself; runs have lines of their own in the experiment log. */
export function localLogFile(home: string): string {
  return path.join(home, 'logs', 'thaw.log');
}

/** The files of the local log, the oldest first; those that are there. */
export function localLogFiles(home: string): string[] {
  const file = localLogFile(home);
  const former = Array.from({ length: FORMER_KEPT }, (_, index) => `${file}.${FORMER_KEPT - index}`);
  return [...former, file].filter((name) => statSync(name, { throwIfNoEntry: false }));
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Several processes write the same file: one of them renames, the others go on with what they find. */
function rotate(file: string): void {
  const turn = `${file}.turn`;
  try {
    mkdirSync(turn);
  } catch {
    const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Math.abs(Date.now() - since) > ABANDONED_MILLISECONDS) rmdirSync(turn);
    return;
  }
  try {
    if (bytesOf(file) <= LARGEST_BYTES) return;
    for (let number = FORMER_KEPT - 1; number >= 1; number -= 1) {
      if (bytesOf(`${file}.${number}`) > 0) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
    }
    renameSync(file, `${file}.1`);
  } finally {
    rmdirSync(turn);
  }
}

/**
 * Appends an entry to the local log, for its owner alone (0600); lines after the first are indented. Nothing fails for want of
 * it.
 *
 * @param home THAW_HOME
 * @returns the file, or null where it cannot be written
 */
export function writeLocal(home: string, level: LocalLevel, text: string): string | null {
  const file = localLogFile(home);
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    if (bytesOf(file) > LARGEST_BYTES) rotate(file);
    const shown = text.length > LONGEST_ENTRY ? `${text.slice(0, LONGEST_ENTRY)}…` : text;
    const entry = `${new Date().toISOString()} ${level} [${process.pid}] ${shown.trimEnd().replaceAll('\n', '\n  ')}\n`;
    appendFileSync(file, entry, { mode: 0o600 });
    return file;
  } catch {
    return null;
  }
}
