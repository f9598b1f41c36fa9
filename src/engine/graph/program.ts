import { takesImagesAsTheyAre, type LearningTask } from '../../shared/contract/learning-task.ts';
import type { OptimizerPlan, TrainingPlan } from '../../shared/contract/plan.ts';
import type { Layer, TensorSpecification } from '../network/layer.ts';
import { neutralPixel } from '../network/preprocessing.ts';
import { elementCount, isStatistic, layerShapes, networkTensors } from '../network/shape.ts';
import { assignment, type Assignment } from './assign.ts';
import { augmentImages, type Mixture } from './augmentation/augment-images.ts';
import { foldBatchNorms, type FoldedConvolution } from './fold.ts';
import { Graph, type Operation, type Tensor, type Variable } from './graph.ts';
import { introspectionSignatures, type Introspection } from './introspection.ts';
import { lower } from './lower.ts';
import { cast } from './ops/cast.ts';
import { restore, save } from './ops/checkpoint.ts';
import { fedRows } from './ops/fed-rows.ts';
import { gather } from './ops/gather.ts';
import { normalisedImages, pixelsFromBytes } from './ops/images-from-bytes.ts';
import { encodeSavedModel, type Signature } from './saved-model.ts';
import type { Slot } from './optimizers/optimizer.ts';
import { restoreSlots, takenSlots } from './take-slots.ts';
import type { CutTensor, Program, ProgramOptions } from './program-description.ts';
import { trainStep, type TrainStep } from './train-step.ts';
import { classProbabilities, predictedLabels } from './loss.ts';
import { hasClasses, masked, taskLoss } from './task-loss.ts';
import { sum } from './ops/sum.ts';

/** Elements of a tensor whose values are read to be counted. */
const MOST_OBSERVED = 2 ** 20;

/** A copy of the network's upper part fed by the cut, or of all of it fed by images. */
interface Inputs {
  readonly given: ReadonlyMap<string, Tensor>;
  readonly labels: Tensor;
  /** What an autoencoder is to give again; null in any other program. */
  readonly target: Tensor | null;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly mixture: Mixture | null;
}

/** Images as the input layer gives them. */
interface InputImages {
  readonly given: ReadonlyMap<string, Tensor>;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly mixture: Mixture | null;
}

/** The name under which `train` and `evaluate` take the cached output of a layer, as `bitsOf` gives it. */
export function featureFeed(layer: string): string {
  return `features/${layer}`;
}

const FLOAT_BYTES = 4;
const FULL_PRECISION = { frozen: 'float32', trainable: 'float32' } as const;
const CLASSIFY = { kind: 'classify' } as const;
const NO_REGULARIZATION = { weightDecay: 0, l1: 0, gradientClipping: null } as const;

function bytesOf(variables: readonly Variable[]): number {
  return variables.reduce((sum, { shape }) => sum + FLOAT_BYTES * elementCount(shape), 0);
}

class ProgramBuilder {
  readonly graph: Graph;
  readonly variables = new Map<string, Variable>();
  readonly cut: readonly CutTensor[];
  readonly signatures: Record<string, Signature> = {};
  readonly #options: ProgramOptions;
  readonly #prefix: readonly Layer[];
  readonly folded: readonly FoldedConvolution[];
  readonly #precision: TrainingPlan['precision'];
  readonly #task: LearningTask;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.graph = new Graph(options.kernels);
    this.#precision = options.precision ?? FULL_PRECISION;
    const { network, plan } = options;
    for (const { name, shape } of networkTensors(network)) this.variables.set(name, this.graph.variable(name, shape));
    const shapes = layerShapes(network);
    this.#task = options.task ?? CLASSIFY;
    const isVaried = options.augmentation && options.augmentation.plan.variants === 0;
    const isCached = takesImagesAsTheyAre(this.#task) && !isVaried;
    this.cut = (isCached ? plan.cut : []).map((name) => ({ name, shape: shapes.get(name) ?? [] }));
    const inPrefix = new Set(plan.prefix);
    this.#prefix = network.layers.filter((layer) => inPrefix.has(layer.name));
    this.folded = foldBatchNorms(this.graph, this.#prefix, new Set(plan.cut), this.variables);
  }

  /**
   * The input layer's output from a string scalar of uint8 pixels, [batch, height, width, 3] row-major; augmented, from one
   * of those and the numbers of each image.
   */
  #images(scope: string, augmentation: ProgramOptions['augmentation'] = null): InputImages {
    const { preprocessing } = this.#options;
    if (!preprocessing) throw new TypeError('A network whose input is no image is given none.');
    const { height, width } = preprocessing;
    const size = { height, width };
    const feed = this.graph.placeholder(`${scope}/images`, 'string', []);
    const decoded = pixelsFromBytes(this.graph, `${scope}/input`, feed, {
      ...(augmentation?.canvas ?? size),
      channels: 3,
    });
    const { pixels, feeds, mixture } = augmentation
      ? augmentImages(this.graph, scope, decoded, {
          plan: augmentation.plan,
          size,
          neutral: neutralPixel(preprocessing),
        })
      : { pixels: decoded, feeds: {}, mixture: null };
    const images = normalisedImages(this.graph, `${scope}/input`, pixels, preprocessing);
    const input = this.#options.network.layers.find((layer) => layer.kind === 'input');
    return { given: new Map([[input?.name ?? 'input', images]]), feeds: { images: feed, ...feeds }, mixture };
  }

  /** The frozen prefix, BatchNorms folded; gives its cut, or what it was given where nothing is frozen at the bottom. */
  #lowerPrefix(scope: string, given: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
    return lower(this.#prefix, given, {
      graph: this.graph,
      scope,
      variables: this.variables,
      folded: this.folded,
      movingStatistics: new Set(),
      dropoutSeed: null,
      precision: this.#precision.frozen,
      output: this.#options.network.output,
    }).outputs;
  }

  /** Everything above the cut; all of the network where there is none. */
  #lowerRest(
    scope: string,
    given: ReadonlyMap<string, Tensor>,
    movingStatistics: ReadonlySet<string>,
    dropoutSeed: Tensor | null,
  ): {
    readonly logits: Tensor;
    readonly updates: readonly Operation[];
    readonly outputs: ReadonlyMap<string, Tensor>;
  } {
    const inPrefix = new Set(this.#options.plan.prefix);
    const layers = this.#options.network.layers.filter((layer) => !inPrefix.has(layer.name));
    const lowered = lower(layers, given, {
      graph: this.graph,
      scope,
      variables: this.variables,
      folded: [],
      movingStatistics,
      dropoutSeed,
      precision: this.#precision.trainable,
      output: this.#options.network.output,
    });
    const logits = lowered.outputs.get(this.#options.network.output);
    if (!logits) throw new TypeError(`The network has no layer '${this.#options.network.output}'.`);
    return { logits, updates: lowered.updates, outputs: lowered.outputs };
  }

  /**
   * What a step is fed. With a cut: the features and labels of a whole split, held by the session, and the batch's row
   * numbers, so that nothing is copied at a step. Without: the batch's pixels and labels, and what augmentation takes.
   *
   * @param noiseSeed null leaves an autoencoder's inputs whole
   */
  #inputs(scope: string, noiseSeed: Tensor | null = null): Inputs {
    const labels = this.graph.placeholder(`${scope}/labels`, 'int32', [-1]);
    if (this.cut.length === 0) {
      const { given, feeds, mixture } = this.#images(scope, scope === 'train' ? this.#options.augmentation : null);
      const { noisy, target } = this.#reconstructed(scope, given, noiseSeed);
      return { given: this.#lowerPrefix(scope, noisy), labels, target, feeds: { ...feeds, labels }, mixture };
    }
    const rows = this.graph.placeholder(`${scope}/rows`, 'int32', [-1]);
    const given = new Map<string, Tensor>();
    const feeds: Record<string, Tensor> = { labels, rows };
    for (const { name, shape } of this.cut) {
      const features = this.graph.placeholder(`${scope}/${featureFeed(name)}`, 'int32', [-1, ...shape]);
      feeds[featureFeed(name)] = features;
      given.set(name, fedRows(this.graph, `${scope}/batch/${name}`, features, rows));
    }
    const { noisy, target } = this.#reconstructed(scope, given, noiseSeed);
    const ofBatch = gather(this.graph, `${scope}/batch/labels`, labels, rows, 'cpu');
    return { given: noisy, labels: ofBatch, target, feeds, mixture: null };
  }

  /** What an autoencoder is to give again, and what it is given with noise upon it. */
  #reconstructed(
    scope: string,
    given: ReadonlyMap<string, Tensor>,
    noiseSeed: Tensor | null,
  ): { readonly noisy: ReadonlyMap<string, Tensor>; readonly target: Tensor | null } {
    const name = this.#options.network.reconstructs;
    if (this.#task.kind !== 'autoencoder' || name === undefined) return { noisy: given, target: null };
    const target = given.get(name);
    if (!target) throw new TypeError(`An autoencoder is given what it is to give again: '${name}'.`);
    const { noise } = this.#task;
    if (noise === 0 || !noiseSeed) return { noisy: given, target };
    return { noisy: new Map(given).set(name, masked(this.graph, `${scope}/noise`, target, noise, noiseSeed)), target };
  }

  features(): void {
    if (this.cut.length === 0 || !this.#options.preprocessing) return;
    this.#featuresOf('features', null);
    const { augmentation } = this.#options;
    if (augmentation) this.#featuresOf('augmented_features', augmentation);
  }

  #featuresOf(scope: string, augmentation: ProgramOptions['augmentation']): void {
    const { given, feeds } = this.#images(scope, augmentation);
    const outputs = this.#lowerPrefix(scope, given);
    const cut: Record<string, Tensor> = {};
    for (const { name } of this.cut) {
      const output = outputs.get(name);
      if (!output) throw new TypeError(`The frozen prefix does not compute '${name}'.`);
      cut[featureFeed(name)] = cast(this.graph, `${scope}/${name}/features`, output, 'float32');
    }
    this.signatures[scope] = { inputs: feeds, outputs: cut };
  }

  predict(): void {
    if (!hasClasses(this.#task)) return;
    const { given, feeds } = this.#images('predict');
    const { logits } = this.#lowerRest('predict', this.#lowerPrefix('predict', given), new Set(), null);
    this.signatures['predict'] = {
      inputs: feeds,
      outputs: { logits, probabilities: classProbabilities(this.graph, 'predict/probabilities', logits) },
    };
  }

  evaluate(): void {
    const { given, labels, target, feeds } = this.#inputs('evaluate');
    const { logits } = this.#lowerRest('evaluate', given, new Set(), null);
    const of = { output: logits, labels, target, objective: this.#options.objective };
    const { losses, hits } = taskLoss(this.graph, 'evaluate', this.#task, of);
    const lossSum = sum(this.graph, 'evaluate/loss', losses);
    if (!hasClasses(this.#task)) {
      this.signatures['evaluate'] = { inputs: feeds, outputs: { loss_sum: lossSum, hits } };
      return;
    }
    const predicted = predictedLabels(this.graph, 'evaluate/predicted', logits);
    const probabilities = classProbabilities(this.graph, 'evaluate/probabilities', logits);
    this.signatures['evaluate'] = { inputs: feeds, outputs: { loss_sum: lossSum, hits, predicted, probabilities } };
  }

  /** @returns the optimizer's slots */
  train(optimizer: OptimizerPlan): {
    readonly slots: readonly Slot[];
    readonly operations: readonly string[];
    readonly introspection: Introspection;
  } {
    const before = this.graph.operations.length;
    const dropoutSeed = this.graph.placeholder('train/dropout_seed', 'int32', [2]);
    const { given, labels, target, feeds, mixture } = this.#inputs('train', dropoutSeed);
    const usesDropout = this.#options.network.layers.some((layer) => layer.kind === 'dropout' && layer.rate > 0);
    const { trainable, movingStatistics } = this.#options.plan;
    const { logits, updates, outputs } = this.#lowerRest(
      'train',
      given,
      movingStatistics,
      usesDropout ? dropoutSeed : null,
    );
    const learning = networkTensors(this.#options.network).filter(
      (tensor) => trainable.has(tensor.layer) && !isStatistic(tensor),
    );
    const targets = learning.flatMap(({ name }) => this.variables.get(name) ?? []);
    const { weightDecay, l1, gradientClipping } = this.#options.regularization ?? NO_REGULARIZATION;
    const factors = this.#options.rateFactors ?? new Map<string, number>();
    const rateFactors = new Map(learning.map(({ name, layer }) => [name, factors.get(layer) ?? 1]));
    const rule = { optimizer, weightDecay, l1, gradientClipping, rateFactors };
    const { objective, classWeights = null } = this.#options;
    const counted = taskLoss(this.graph, 'train', this.#task, { output: logits, labels, target, objective, mixture });
    const scalesLoss = this.#precision.trainable === 'float16';
    const step = trainStep(this.graph, {
      ...{ counted, labels, mixture, targets, updates },
      ...{ rule, classWeights, scalesLoss },
    });
    this.signatures['train'] = {
      inputs: { ...feeds, ...step.feeds, dropout_seed: dropoutSeed },
      outputs: step.outputs,
    };
    const operations = this.graph.operations.slice(before).map(({ name }) => name);
    const inputs = { ...feeds, dropout_seed: dropoutSeed };
    const introspection = this.#introspect({ outputs, logits, inputs, step });
    return { slots: step.slots, operations, introspection };
  }

  #introspect({
    logits,
    ...about
  }: {
    readonly outputs: ReadonlyMap<string, Tensor>;
    readonly logits: Tensor;
    readonly inputs: Readonly<Record<string, Tensor>>;
    readonly step: TrainStep;
  }): Introspection {
    const { network, plan } = this.#options;
    const inPrefix = new Set(plan.prefix);
    const tensors = networkTensors(network);
    const variablesOf = (wanted: readonly TensorSpecification[]): readonly Variable[] =>
      wanted.flatMap(({ name }) => this.variables.get(name) ?? []);
    const { signatures, introspection } = introspectionSignatures(this.graph, {
      ...about,
      logits: hasClasses(this.#task) ? cast(this.graph, 'observe/logits', logits, 'float32') : null,
      observed: variablesOf(
        tensors.filter(
          (tensor) =>
            !network.pretrained.has(tensor.layer) &&
            plan.trainable.has(tensor.layer) &&
            !isStatistic(tensor) &&
            elementCount(tensor.shape) <= MOST_OBSERVED,
        ),
      ),
      moving: variablesOf(tensors.filter((tensor) => isStatistic(tensor) && plan.movingStatistics.has(tensor.layer))),
      drifting: variablesOf(tensors.filter((tensor) => !isStatistic(tensor) && !inPrefix.has(tensor.layer))),
    });
    Object.assign(this.signatures, signatures);
    return introspection;
  }

  /** `assign` and its slices, `save` and `restore`. */
  state(slots: readonly Slot[]): { readonly checkpointBytes: number; readonly assigns: Assignment } {
    const { graph } = this;
    const reset = slots.map(({ variable, initial }) =>
      graph.assign(variable, graph.constant(`assign/${variable.name}`, 'float32', variable.shape, initial)),
    );
    const variables = [...this.variables.values()];
    const assigns = assignment(graph, { variables, folded: this.folded, reset });
    Object.assign(this.signatures, assigns.signatures);

    const kept = [...variables, ...slots.map(({ variable }) => variable)];
    const readPrefix = graph.placeholder('restore/prefix', 'string', []);
    const restored = graph.group('restore/done', restore(graph, 'restore', readPrefix, kept));
    this.signatures['restore'] = { inputs: { prefix: readPrefix }, outputs: { done: restored } };

    const writePrefix = graph.placeholder('save/prefix', 'string', []);
    const saved = save(graph, 'save', writePrefix, kept);
    this.signatures['save'] = { inputs: { prefix: writePrefix }, outputs: { done: graph.group('save/done', [saved]) } };
    return { checkpointBytes: bytesOf(kept), assigns };
  }
}

/**
 * Compiles a network and its freeze plan to one TensorFlow program with a signature for each use:
 *
 * - `assign` {see `Program.assignFeeds`}: gives every tensor its value, the optimizer's slots their first one; where there
 *   are several `Program.assignSlices`, each has a signature {values} of its own
 * - `restore`, `save` {prefix}: native checkpoints of tensors and slots; frozen tensors must have been assigned before, for
 *   what is folded from them is not kept
 * - `restore_slots` {prefix}: slots alone, of what another program kept {see `Program.slotsTaken`}; after `assign`
 * - `features` {images}: the frozen prefix up to the cut, as `features/<layer>`; `augmented_features` the same of canvases
 *   and `augmentationFeeds`, where variants are cached
 * - `train` {features/<layer>, labels, rows | images, labels and, of canvases, `augmentationFeeds`; learning_rate,
 *   dropout_seed}: one step; gives the batch's mean `loss` and its number of `hits`
 * - `evaluate`: as `train` is fed without augmentation, without learning; gives `loss_sum`, `hits`, and of each image, where
 *   the task has classes, `predicted` [batch], the class that hits are counted by, and `probabilities` [batch, classes]
 * - `diagnose`, `check`, `keep_first`, `introspect`: see `introspectionSignatures`
 * - `predict` {images}: `logits` as the network gives them, and `probabilities` [batch, classes]; of tasks with classes
 *
 * Images are the uint8 pixels of a batch, [batch, height, width, 3] row-major, in a string scalar; of a task that compares
 * two, those of each pair one after the other, which is one row.
 */
export function compileProgram(options: ProgramOptions): Program {
  const builder = new ProgramBuilder(options);
  if (options.preprocessing) builder.predict();
  let slots: readonly Slot[] = [];
  let trainOperations: readonly string[] = [];
  let introspection: Introspection | null = null;
  if (options.optimizer || options.evaluates === true) {
    builder.features();
    builder.evaluate();
  }
  if (options.optimizer) {
    const trained = builder.train(options.optimizer);
    slots = trained.slots;
    trainOperations = trained.operations;
    introspection = trained.introspection;
  }
  const { checkpointBytes, assigns } = builder.state(slots);
  const taken = takenSlots(slots, new Set(builder.variables.keys()), options.slotsFrom ?? new Map());
  Object.assign(builder.signatures, restoreSlots(builder.graph, taken.slots));
  return {
    slotsTaken: { variables: taken.variables, of: taken.of },
    savedModel: encodeSavedModel(builder.graph, builder.signatures),
    signatures: builder.signatures,
    tensors: [...builder.variables.values()].map(({ name, shape }) => ({ name, shape })),
    assignFeeds: assigns.feeds,
    assignSlices: assigns.slices,
    cut: builder.cut,
    trainOperations,
    checkpointBytes,
    firstBytes: bytesOf((introspection?.drifting ?? []).flatMap((name) => builder.variables.get(name) ?? [])),
    introspection,
  };
}
