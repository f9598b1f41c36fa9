export { RUN_PREFIX, runCheckpoint, writtenRun } from '../shared/contract/written-run.ts';

/** For help texts: what `runCheckpoint` reads. */
export const RUN_CHECKPOINT =
  'ID, by its best checkpoint, or ID@last, or ID@STEP for one that `thaw runs checkpoints` lists';
