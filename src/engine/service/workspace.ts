import { ThawError } from '../../shared/errors/thaw-error.ts';
import { runDirectory } from '../experiment/log.ts';

/** The two folders that Thaw writes to besides its own. */
export interface Workspace {
  /** THAW_HOME */
  readonly home: string;
  /** THAW_CACHE */
  readonly cache: string;
}

/** @throws ThawError `set-up.failed` where Thaw was not started the way that sets them */
export function readWorkspace(): Workspace {
  const home = process.env['THAW_HOME'];
  const cache = process.env['THAW_CACHE'];
  if (home !== undefined && home !== '' && cache !== undefined && cache !== '') return { home, cache };
  throw new ThawError(
    'set-up.failed',
    'Thaw must know its folders; THAW_HOME or THAW_CACHE is not set.',
    'Start it with `npm run -s thaw -- ...`, which sets them.',
  );
}

/** The folder in which a run keeps its checkpoints. */
export function runFolder(runId: string): string {
  return runDirectory(readWorkspace().home, runId);
}
