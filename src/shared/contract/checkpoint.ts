import { z } from 'zod';

/** A checkpoint that a run has kept on disk. */
export const storedCheckpoint = z.strictObject({
  /** Steps of the whole run that were done. */
  step: z.int().min(0),
  /** Epochs that were complete. */
  epoch: z.int().min(0),
  /** Why it is kept; `starred`: because a person asked for it. */
  kinds: z.array(z.enum(['last', 'best', 'starred'])),
  /** Of its folder, relative to the run's. */
  path: z.string(),
  bytes: z.int().min(0),
  /** Milliseconds since 1970, UTC. */
  writtenAt: z.int(),
  /** Of the last complete epoch; null before the first. */
  val_loss: z.number().nullable(),
  val_accuracy: z.number().nullable(),
});
export type StoredCheckpoint = z.infer<typeof storedCheckpoint>;

/** Of a run: its best or last one, or that of a step. */
export const checkpointChoice = z.union([z.enum(['best', 'last']), z.strictObject({ step: z.int().min(0) })]);
export type CheckpointChoice = z.infer<typeof checkpointChoice>;
