import type { RunEventBody } from '../../shared/contract/event.ts';
import { stepsOfEpoch } from '../../shared/contract/epoch-steps.ts';
import { hasAccuracy, isLayerwise } from '../../shared/contract/learning-task.ts';
import type { EarlyStoppingPlan, TrainingPlan } from '../../shared/contract/plan.ts';
import type { EpochMetrics } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Introspection } from '../graph/introspection.ts';
import type { Output, Session } from '../runtime/session.ts';
import type { BatchSource, Feeds } from './batch-source.ts';
import { writeCheckpoint, type TrainingState } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import { diverged, findCulprit, type Culprit, type Divergence } from './divergence.ts';
import { bestOf, isBetter, isExhausted } from './early-stopping.ts';
import { sampledOrder, trainingBatches } from './epoch-order.ts';
import { evaluate } from './evaluate.ts';
import type { BestEvaluation } from './evaluation/keep-evaluation.ts';
import { observe, type TensorHistogram } from './histograms.ts';
import type { Hold } from './hold.ts';
import { introspect, type LayerFigures } from './introspect.ts';
import { ProgressReporter, type PhaseTimer } from './progress.ts';
import type { CheckpointWritten } from './protocol.ts';
import { learningRateAt } from './schedule.ts';
import { yieldToMessages } from './yield.ts';

/** Short epochs do not each cost a checkpoint; a kill loses this much work, or more where checkpoints take long. */
const CHECKPOINT_INTERVAL_MS = 5000;
/** Large checkpoints on slow disks: writing them takes a twentieth of the time at most. */
const CHECKPOINT_SHARE = 20;
/** Curves by step are for eyes: twenty points a second are plenty. */
const STEP_INTERVAL_MS = 50;

export interface LoopOptions {
  readonly session: Session;
  /** Of the program that the session runs. */
  readonly introspection: Introspection;
  /** Of the stage: see `stagePlan`. */
  readonly plan: TrainingPlan;
  /** What the best epoch of the whole run is judged by. */
  readonly judge: EarlyStoppingPlan | null;
  /** Epochs of the stages to come, as they are planned at this moment. */
  readonly epochsAfter: () => number;
  readonly runDirectory: string;
  readonly train: BatchSource;
  readonly validation: BatchSource;
  /** How many there are. */
  readonly classes: number;
  readonly state: TrainingState;
  readonly clock: Clock;
  readonly timer: PhaseTimer;
  readonly emit: (body: RunEventBody) => void;
  readonly onCheckpoint: (checkpoint: CheckpointWritten) => void;
  /** Told what every so many steps show of their layers. */
  readonly onLayers: (step: { readonly epoch: number; readonly step: number }, layers: readonly LayerFigures[]) => void;
  /** Told every so many steps how the values of the head and the logits are spread. */
  readonly onHistograms: (
    step: { readonly epoch: number; readonly step: number },
    histograms: readonly TensorHistogram[],
  ) => void;
  /** Asked before each step and each batch of the validation. */
  readonly hold: Hold;
  /** Aborting ends the loop after the step under way, with a checkpoint of it. */
  readonly signal: AbortSignal;
}

export interface LoopOutcome {
  readonly state: TrainingState;
  readonly ending: 'finished' | 'stopped' | 'stoppedEarly';
  /** The validation of the best epoch; null where that is from before the loop or of a part of the images. */
  readonly best: BestEvaluation | null;
}

/**
 * Trains a stage epoch by epoch from `state`, which may lie in the middle of an epoch. Epochs and steps are counted through
 * all stages; schedule and early stopping count those of the stage.
 */
export async function trainingLoop(options: LoopOptions): Promise<LoopOutcome> {
  const { session, introspection, plan, train, clock, timer, emit, signal } = options;
  const { epochs, seed, earlyStopping, logInterval } = plan;
  const stepsPerEpoch = stepsOfEpoch(plan, train.count);
  const validated = Math.min(plan.evaluationImages ?? Infinity, options.validation.count);
  const progress = new ProgressReporter(emit, 'train', 'step', { first: options.state.step, clock });
  let state = options.state;
  const began = state.stageBegan;
  const lastEpoch = began + epochs;
  const ownHistory = (): readonly EpochMetrics[] => state.history.filter(({ epoch }) => epoch > began);
  const learningRateOf = (epoch: number, step: number): number => {
    const history = ownHistory().map((metrics) => ({ ...metrics, epoch: metrics.epoch - began }));
    return learningRateAt(plan, { epoch: epoch - began, step, stepsPerEpoch, history });
  };
  // Of a run that has not begun there is no checkpoint yet; a stage begins with what the one before it has written.
  let written = state.step > 0 ? state.step : null;
  let writtenAt = performance.now();
  let interval = CHECKPOINT_INTERVAL_MS;
  let stepReportedAt = -Infinity;
  let bestEvaluation: BestEvaluation | null = null;

  const told = (accuracy: number): number | null => (hasAccuracy(plan.task) ? accuracy : null);

  const wentWrong = (culprit: Culprit | null, about: Pick<Divergence, 'otherwise' | 'step' | 'epoch'>): ThawError => {
    const learningRate = learningRateOf(about.epoch, state.partial.steps);
    return diverged({ culprit, ...about, learningRate, hasCheckpoint: written !== null });
  };

  /** A checkpoint never takes the place of a good one unless it is good itself. */
  const checkpoint = async (isBest: boolean): Promise<void> => {
    const culprit = findCulprit(session, introspection, null);
    if (culprit) {
      const epoch = state.partial.steps === 0 ? state.epoch : state.epoch + 1;
      throw wentWrong(culprit, { otherwise: 'a weight', step: state.step, epoch });
    }
    const began = performance.now();
    await timer.measure('checkpoint', async () => {
      const { path, bytes } = await writeCheckpoint(session, options.runDirectory, state, isBest);
      const about = { epoch: state.epoch, step: state.step, path, bytes };
      options.onCheckpoint({ kind: 'last', ...about });
      if (isBest) options.onCheckpoint({ kind: 'best', ...about });
    });
    written = state.step;
    writtenAt = performance.now();
    interval = Math.max(CHECKPOINT_INTERVAL_MS, CHECKPOINT_SHARE * (writtenAt - began));
  };

  /** Asked anew at each place: it changes while the loop waits. */
  const isStopped = (): boolean => signal.aborted;

  const holdIfAsked = (): Promise<void> =>
    options.hold(async () => {
      if (written !== state.step) await checkpoint(false);
    });

  const runStep = (feeds: Feeds, learningRate: number, epoch: number): Record<string, Output> => {
    const step = state.step + 1;
    const inputs = { ...feeds, dropout_seed: { data: Int32Array.of(seed | 0, step), shape: [2] } };
    const rate = { learning_rate: { data: Float32Array.of(learningRate), shape: [] } };
    const { introspectionInterval, histogramInterval } = plan;
    const look = (): void => {
      if (histogramInterval === 0 || step % histogramInterval !== 0) return;
      options.onHistograms({ epoch, step }, observe(session, introspection, inputs));
    };
    try {
      if (introspectionInterval === 0 || step % introspectionInterval !== 0) {
        const output = session.run('train', { ...inputs, ...rate });
        look();
        return output;
      }
      const { output, layers } = introspect(session, introspection, { ...inputs, ...rate }, options.runDirectory);
      options.onLayers({ epoch, step }, layers);
      look();
      return output;
    } catch (error) {
      if (!(error instanceof ThawError && error.code === 'training.diverged')) throw error;
      throw wentWrong(findCulprit(session, introspection, inputs), {
        otherwise: 'the loss or a gradient',
        step,
        epoch,
      });
    }
  };

  /** @returns false when stopped in the middle */
  const trainEpoch = async (epoch: number): Promise<boolean> => {
    let { steps, images, lossSum, hits } = state.partial;
    const secondsBefore = state.partial.seconds;
    const started = clock.now();
    const ahead = trainingBatches(plan, train.labels, epoch, steps);
    for await (const { rows, feeds } of train.feeds(ahead, epoch)) {
      await holdIfAsked();
      if (isStopped()) break;
      const step = state.step + 1;
      const learningRate = learningRateOf(epoch, steps);
      const output = runStep(feeds, learningRate, epoch);
      const loss = output['loss']?.data[0] ?? NaN;
      const batchHits = output['hits']?.data[0] ?? NaN;
      steps += 1;
      images += rows.length;
      lossSum += loss * rows.length;
      hits += batchHits;
      const seconds = secondsBefore + (clock.now() - started) / 1000;
      state = { ...state, step, partial: { steps, images, lossSum, hits, seconds } };
      const isLast = steps === stepsPerEpoch;
      const isSeen = isLast || performance.now() - stepReportedAt > STEP_INTERVAL_MS;
      if (logInterval > 0 ? step % logInterval === 0 || isLast : isSeen) {
        const accuracy = told(batchHits / rows.length);
        emit({ kind: 'step', epoch, step, loss, accuracy, learningRate, memoryBytes: process.memoryUsage.rss() });
      }
      if (isSeen) {
        stepReportedAt = performance.now();
        const all = lastEpoch + options.epochsAfter();
        progress.report(step, all * stepsPerEpoch, `epoch ${epoch} of ${all}`);
      }
      await yieldToMessages();
      if (isStopped()) break;
      if (performance.now() - writtenAt > interval && steps < stepsPerEpoch) await checkpoint(false);
    }
    timer.add('train', (clock.now() - started) / 1000);
    return !isStopped() || steps === stepsPerEpoch;
  };

  const isOver = (): boolean =>
    isExhausted(earlyStopping, state.epoch, bestOf(earlyStopping, ownHistory())?.epoch ?? null);
  const bestMetrics = (): Pick<EpochMetrics, 'val_loss' | 'val_accuracy'> | null => {
    const { bestEpoch } = state;
    // Layers that learn one by one give other things again: the error of one says nothing of another.
    if (isLayerwise(plan.task) && (bestEpoch ?? 0) <= began) return null;
    return bestEpoch === 0 ? state.baseline : (state.history.find(({ epoch }) => epoch === bestEpoch) ?? null);
  };
  for (let epoch = state.epoch + 1; epoch <= lastEpoch && !isOver(); epoch++) {
    if (!(await trainEpoch(epoch))) {
      // A stage that has made no step has nothing of its own to keep.
      if (written !== state.step) await checkpoint(false);
      return { state, ending: 'stopped', best: bestEvaluation };
    }
    const validation = await timer.measure('evaluate', () =>
      evaluate(session, options.validation, {
        batchSize: plan.evaluationBatchSize,
        classes: options.classes,
        order: sampledOrder(options.validation.count, validated, seed, epoch),
        beforeBatch: holdIfAsked,
      }),
    );
    const { partial } = state;
    const learningRate = learningRateOf(epoch, stepsPerEpoch - 1);
    const metrics: EpochMetrics = {
      epoch,
      loss: partial.lossSum / partial.images,
      accuracy: told(partial.hits / partial.images),
      val_loss: validation.loss,
      val_accuracy: told(validation.accuracy),
      learningRate,
      seconds: partial.seconds,
    };
    if (!Number.isFinite(metrics.val_loss)) {
      const culprit = findCulprit(session, introspection, null);
      throw wentWrong(culprit, { otherwise: 'the loss of the validation', step: state.step, epoch });
    }
    const best = isBetter(options.judge, metrics, bestMetrics());
    state = {
      ...state,
      epoch,
      partial: { steps: 0, images: 0, lossSum: 0, hits: 0, seconds: 0 },
      history: [...state.history, metrics],
      bestEpoch: best ? epoch : state.bestEpoch,
    };
    // What is kept of a run is of all images.
    if (best && validated === options.validation.count) {
      bestEvaluation = { epoch, step: state.step, evaluation: validation };
    }
    emit({ kind: 'epoch', metrics, best });
    const due = performance.now() - writtenAt > interval || epoch === 1;
    if (best || due) await checkpoint(best);
    if (signal.aborted && epoch < lastEpoch && !isOver()) {
      if (written !== state.step) await checkpoint(false);
      return { state, ending: 'stopped', best: bestEvaluation };
    }
  }
  if (written !== state.step) await checkpoint(false);
  return { state, ending: state.epoch < lastEpoch ? 'stoppedEarly' : 'finished', best: bestEvaluation };
}
