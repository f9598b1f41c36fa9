import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { datasetStructure } from '../../shared/contract/dataset-structure.ts';
import { headDesign, type HeadDesign } from '../../shared/contract/head-design.ts';
import { preprocessing } from '../../shared/contract/network-detail.ts';
import { HEADS, type Head } from '../../shared/contract/plan.ts';
import { learningTask, type LearningTask } from '../../shared/contract/learning-task.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { taskNetwork } from '../network/task-network.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { findNetwork } from '../network/registry.ts';

export const MODEL_FILE = 'model.json';

/** What it takes, beside a checkpoint, to use a run's network again: kept in the run's folder. */
const modelFile = z.strictObject({
  schemaVersion: z.literal(1),
  network: z.string(),
  classes: z.array(z.string()),
  dropout: z.number(),
  /** Runs of before there was a choice have a softmax. */
  head: z.enum(HEADS).default('softmax'),
  /** Runs of before there was a choice have the usual one, as have those of today that chose it. */
  headDesign: headDesign.optional(),
  /** What it learnt; runs of before there was a choice learnt classes. */
  task: learningTask.default({ kind: 'classify' }),
  /** What images go through; runs of before it was kept have the network's own. */
  preprocessing: preprocessing.optional(),
  /** The dataset's version, to notice a change when the run is resumed. */
  datasetVersion: z.string(),
  /** How its folder was laid out; runs of before it was kept recognise it anew, and features have none. */
  structure: datasetStructure.optional(),
  /** Of how many of its images something was decided beside what the folder says; they lie in a file beside this one. */
  edits: z.int().optional(),
  /** SHA-256 of every frozen tensor as it was before the first step. */
  frozen: z.record(z.string(), z.string()),
  /** The same of each stage after the first, from before its own first step. */
  stagesFrozen: z.array(z.record(z.string(), z.string())).optional(),
});
export type ModelFile = z.infer<typeof modelFile>;

/** Writes aside and renames, so that a kill leaves the old file or the new one. */
export async function writeModelFile(runDirectory: string, model: ModelFile): Promise<void> {
  const target = path.join(runDirectory, MODEL_FILE);
  await writeFile(`${target}.part`, `${JSON.stringify(model, null, 2)}\n`);
  await rename(`${target}.part`, target);
}

/** @throws ThawError `training.checkpoint` where the run has none, or one of another Thaw */
export async function readModelFile(runDirectory: string): Promise<ModelFile> {
  const file = path.join(runDirectory, MODEL_FILE);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) {
    throw new ThawError(
      'training.checkpoint',
      `A run keeps a description of its network beside its checkpoints; found none at ${file}.`,
      'The run ended before its first step, or its folder was changed: train again.',
    );
  }
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Falls through to the schema's complaint, which names the file.
  }
  const parsed = modelFile.safeParse(json);
  if (!parsed.success) {
    throw new ThawError(
      'training.checkpoint',
      `The description of a run's network must be one this Thaw wrote (version 1); found another at ${file}.`,
      'Use the Thaw that made this run, or train again.',
    );
  }
  return parsed.data;
}

/** SHA-256 of every tensor that is frozen in a stage, as it was before the stage's first step. */
export function frozenIn({ frozen, stagesFrozen = [] }: ModelFile, stage: number): ModelFile['frozen'] {
  return (stage === 0 ? frozen : stagesFrozen[stage - 1]) ?? {};
}

/** The description with what is frozen in a stage; of those after it nothing holds any more. */
export function withFrozen(model: ModelFile, stage: number, frozen: ModelFile['frozen']): ModelFile {
  if (stage === 0) return { ...model, frozen, stagesFrozen: undefined };
  return { ...model, stagesFrozen: [...(model.stagesFrozen ?? []).slice(0, stage - 1), frozen] };
}

/** The network of a run with its head, and what its images must go through. */
export function modelNetwork(model: {
  readonly network: string;
  readonly classes: readonly string[];
  readonly dropout: number;
  readonly head: Head;
  readonly headDesign?: HeadDesign | undefined;
  readonly preprocessing?: Preprocessing | undefined;
  /** To learn classes where it is left out. */
  readonly task?: LearningTask | undefined;
}): {
  readonly network: Network;
  readonly preprocessing: Preprocessing;
} {
  const entry = findNetwork(model.network);
  return {
    network: taskNetwork(entry.build(), {
      task: model.task ?? { kind: 'classify' },
      classes: model.classes.length,
      dropout: model.dropout,
      head: model.head,
      ...(model.headDesign && { design: model.headDesign }),
    }),
    preprocessing: model.preprocessing ?? entry.preprocessing,
  };
}
