import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';

/** A program on the PATH. */
export function findProgram(...names: readonly string[]): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return null;
}

/** @throws Error saying how a browser comes here */
export function findChromium(): string {
  const own = chromium.executablePath();
  const found = existsSync(own) ? own : findProgram('chromium', 'chromium-browser', 'google-chrome');
  if (found === null) throw new Error('Chromium is not installed (Debian: apt install chromium)');
  return found;
}

/** Chromium as root in a container does without its sandbox. */
export const rootArguments: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
