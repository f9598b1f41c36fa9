import { ThawError } from '../../shared/errors/thaw-error.ts';

/**
 * What becomes of work that a report can do without.
 *
 * @throws ThawError `task.cancelled` and whatever else is no part's own trouble
 */
export async function orNull<Result>(
  signal: AbortSignal,
  work: () => Promise<Result>,
  onMissing: (error: ThawError) => void = () => undefined,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ThawError)) throw error;
    onMissing(error);
    return null;
  }
}
