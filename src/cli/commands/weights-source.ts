import type { WeightsSource } from '../../shared/contract/plan.ts';
import { givenPath } from '../given-path.ts';
import { RUN_PREFIX, runCheckpoint } from '../run-checkpoint.ts';

/** For help texts: what `weightsSource` reads. */
export const WEIGHTS_SOURCE =
  'a weight file, a tfjs model folder, or run:ID, the best checkpoint of a run; run:ID@last, run:ID@STEP: its last, or that of a step (default: what ships)';

/** For help texts: a rule for the names of a file's tensors. */
export const MAPPING_RULE =
  "rename a file's tensors: strip:PREFIX, add:PREFIX, only:REGEX, not:REGEX or /REGEX/REPLACEMENT/; may be repeated, in order";

/** What `--weights` names: a file or folder, or a checkpoint of a run. @throws ThawError `usage.invalid` */
export function weightsSource(written: string): WeightsSource {
  return written.startsWith(RUN_PREFIX)
    ? { kind: 'run', ...runCheckpoint(written) }
    : { kind: 'file', path: givenPath(written) };
}
