import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** The folder of real weights, photos and reference outputs; it stands beside a checkout and is never part of one. */
const sharedFolder = path.resolve(root, process.env['THAW_SHARED'] ?? '../shared');

/** The absolute path of a file or folder below the shared folder. */
export function sharedPath(...parts: readonly string[]): string {
  return path.join(sharedFolder, ...parts);
}

/**
 * A `describe` for tests that need the shared folder: skipped, with the reason in its name, where the folder is absent.
 *
 * @throws Error in continuous integration (`CI=true`), where skipping would hide that nothing was tested
 */
export function describeShared(name: string, tests: () => void | Promise<void>): void {
  if (existsSync(sharedFolder)) {
    describe(name, tests);
    return;
  }
  const reason = `the shared folder is absent: ${sharedFolder} (THAW_SHARED names another place)`;
  if (process.env['CI'] === 'true') throw new Error(`"${name}" cannot be skipped in continuous integration: ${reason}`);
  // The tests themselves may read the folder while they are collected, so they are not even named.
  describe.skip(name, () => it(`skipped: ${reason}`, () => undefined));
}
