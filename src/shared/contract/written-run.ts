import { ThawError } from '../errors/thaw-error.ts';
import type { CheckpointChoice } from './checkpoint.ts';

export const RUN_PREFIX = 'run:';

function choiceOf(written: string, given: string): CheckpointChoice {
  if (written === 'best' || written === 'last') return written;
  if (/^\d{1,15}$/.test(written)) return { step: Number(written) };
  throw new ThawError(
    'usage.invalid',
    `A checkpoint of a run is its best, its last, or that of a step; received '${given}'.`,
    'Write it as ID@best, ID@last or ID@STEP; `thaw runs checkpoints ID` lists the steps that were kept.',
  );
}

/**
 * Reads a run and which of its checkpoints is meant: `ID`, `ID@best`, `ID@last` or `ID@STEP`, also after `run:`.
 *
 * @throws ThawError `usage.invalid`
 */
export function runCheckpoint(given: string): { readonly runId: string; readonly checkpoint?: CheckpointChoice } {
  const written = given.startsWith(RUN_PREFIX) ? given.slice(RUN_PREFIX.length) : given;
  const at = written.indexOf('@');
  const runId = at === -1 ? written : written.slice(0, at);
  if (runId === '') {
    throw new ThawError(
      'usage.invalid',
      `A run is named by its id; received '${given}'.`,
      'See the ids with `thaw runs list`.',
    );
  }
  return at === -1 ? { runId } : { runId, checkpoint: choiceOf(written.slice(at + 1), given) };
}

/** As it is written after `--weights`. */
export function writtenRun(runId: string, checkpoint: CheckpointChoice | undefined): string {
  const choice = typeof checkpoint === 'object' ? String(checkpoint.step) : checkpoint;
  return `${RUN_PREFIX}${runId}${choice === undefined ? '' : `@${choice}`}`;
}
