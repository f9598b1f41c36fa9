import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Folders for one run of the tests, and what removes them. */
export interface TestPlaces {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly remove: () => void;
}

/**
 * An empty workspace and empty data caches, so that no test sees or touches the user's. Only the toolchain and the peers
 * are the real ones: links to them stand where commands that the tests start look for them.
 */
export function makeTestPlaces(env: NodeJS.ProcessEnv): TestPlaces {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'test-'));
  const cache = path.join(folder, 'cache');
  const temporary = path.join(folder, 'temporary');
  const home = path.join(folder, 'home');
  for (const place of [cache, temporary]) mkdirSync(place);
  mkdirSync(home, { mode: 0o700 });
  if (env['THAW_CACHE'] !== undefined) {
    for (const kept of ['toolchain', 'peers']) {
      symlinkSync(path.join(env['THAW_CACHE'], kept), path.join(cache, kept), 'junction');
    }
  }
  return {
    folder,
    env: { ...env, THAW_CACHE: cache, THAW_HOME: home, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
