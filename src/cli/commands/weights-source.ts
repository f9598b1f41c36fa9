import type { WeightsSource } from '../../shared/contract/plan.ts';
import { givenPath } from '../given-path.ts';

const RUN_PREFIX = 'run:';

/** What `--weights` names: a file or folder, or the best checkpoint of a run. */
export function weightsSource(written: string): WeightsSource {
  return written.startsWith(RUN_PREFIX)
    ? { kind: 'run', runId: written.slice(RUN_PREFIX.length) }
    : { kind: 'file', path: givenPath(written) };
}
