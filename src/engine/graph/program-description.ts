import type { LearningTask } from '../../shared/contract/learning-task.ts';
import type { OptimizerPlan, TrainingPlan } from '../../shared/contract/plan.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import type { Assignment } from './assign.ts';
import type { Augmentation } from './augmentation/augment-images.ts';
import type { Kernels } from './graph.ts';
import type { Introspection } from './introspection.ts';
import type { Objective } from './loss.ts';
import type { Signature } from './saved-model.ts';
import type { TakenSlots } from './take-slots.ts';

/** One tensor that leaves the frozen prefix and is cached: a layer's output, batch left out. */
export interface CutTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A network, a freeze plan and an optimizer as one TensorFlow program. */
export interface Program {
  /** A serialized SavedModel, to be written as `saved_model.pb`. */
  readonly savedModel: Uint8Array;
  readonly signatures: Readonly<Record<string, Signature>>;
  /** The network's own tensors, by canonical name: what checkpoints hold. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** What to feed `assign` to give the network's tensors these values, by canonical name. */
  readonly assignFeeds: Assignment['feeds'];
  /** The same, a part of the tensors at a time. */
  readonly assignSlices: Assignment['slices'];
  /** What `features` gives and `train` takes; empty when nothing is computed once: then `train` takes images. */
  readonly cut: readonly CutTensor[];
  /** Ops of the train step's own graph, for tests and for the proof that no frozen layer stands in it. */
  readonly trainOperations: readonly string[];
  /** What `save` writes, names and checksums apart. */
  readonly checkpointBytes: number;
  /** What `keep_first` writes. */
  readonly firstBytes: number;
  /** The variables whose slots `restore_slots` restores, of so many that have any. */
  readonly slotsTaken: Pick<TakenSlots, 'variables' | 'of'>;
  /** What `diagnose`, `check` and `introspect` speak of; null for prediction. */
  readonly introspection: Introspection | null;
}

export interface ProgramOptions {
  /** Its output layer gives logits [batch, classes], or [batch, 1] for a sigmoid over two classes. */
  readonly network: Network;
  readonly plan: Pick<FreezePlan, 'trainable' | 'movingStatistics' | 'prefix' | 'cut'>;
  /** null where the input is no image: `features` and `predict` are left out then. */
  readonly preprocessing: Preprocessing | null;
  /** null leaves out everything that trains: a program for prediction. */
  readonly optimizer: OptimizerPlan | null;
  /** Whether a program that does not train has `features` and `evaluate` all the same; not by default. */
  readonly evaluates?: boolean;
  /** None by default. */
  readonly regularization?: Pick<TrainingPlan, 'weightDecay' | 'l1' | 'gradientClipping'>;
  /** The cross-entropy of the labels as they are, by default. */
  readonly objective?: Objective;
  /** To learn classes, by default. Of others nothing is computed once, but for what lies below a layer that is pretrained alone. */
  readonly task?: LearningTask;
  /** What an image counts in training, by its class; all alike by default. */
  readonly classWeights?: readonly number[] | null;
  /** What the program will be computed with; `other` by default. */
  readonly kernels?: Kernels;
  /** Of the prefix, and of what lies above it; float32 by default. Features leave the prefix as float32. */
  readonly precision?: TrainingPlan['precision'];
  /** By layer, what it multiplies the learning rate by; 1 where it is not named. */
  readonly rateFactors?: ReadonlyMap<string, number>;
  /**
   * What is done to training images, of the canvas' size and fed with what chance decides for each. Where the plan has no
   * variants nothing is computed once, and `train` and `evaluate` take images; where it has, `augmented_features` takes
   * them. By default `train` is given what `predict` is.
   */
  readonly augmentation?: Augmentation | null;
  /**
   * The shapes of the tensors, by name, of a checkpoint of another program with the same kind of optimizer: slots that it
   * holds can be restored from it. None by default.
   */
  readonly slotsFrom?: ReadonlyMap<string, readonly number[]> | null;
}
