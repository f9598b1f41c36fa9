import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * A folder for the tests of one file, removed after them. A process that was killed, or a child of one, may write into
 * it a moment longer, and a folder that is filled while it is emptied cannot be removed: it is tried again for a while.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return folder;
}
