import path from 'node:path';
import type { Phase, RunEventBody } from '../../shared/contract/event.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type {
  EpochMetrics,
  FrozenProof,
  LoadReport,
  RunBaseline,
  RunResult,
  RunStatus,
} from '../../shared/contract/run.ts';
import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import type { RunParts } from '../experiment/run-writer.ts';
import type { RunResumed } from '../training/protocol.ts';
import { thawVersion } from './version.ts';

/** Epochs that have a line of their own, at most: of a longer run they are evenly spread. */
const EPOCH_LINES = 200;
/** Classes and tensors that are named, at most. */
const NAMED = 10;

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  prepare: 'Prepares',
  download: 'Downloads weights',
  decode: 'Decodes images',
  features: 'Computes features',
  train: 'Trains',
  evaluate: 'Evaluates',
  proof: 'Proves what was frozen',
};

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

function datasetLine({ classes, train, validation, test, skipped }: RunParts['dataset']): string {
  const left = skipped.length === 0 ? '' : `; ${count(skipped.length)} left out`;
  return `Dataset: ${count(train)} images to train on, ${count(validation)} to validate, ${count(test)} to test${left}; ${count(classes.length)} classes: ${named(classes)}.`;
}

function weightsLine(report: LoadReport): string {
  const outcomes = [
    [report.missing, 'missing'],
    [report.skippedByShape, 'of another shape'],
    [report.newlyInitialised, 'newly initialised'],
    [report.unexpected, 'not used'],
  ] as const;
  const others = outcomes.flatMap(([tensors, word]) =>
    tensors.length === 0 ? [] : [`${count(tensors.length)} ${word}`],
  );
  const loaded = `${count(report.loaded.length)} tensors loaded`;
  return `Weights: ${path.basename(report.source)} (${report.format}): ${[loaded, ...others].join(', ')}.`;
}

/** What a person looks for in the log of a run, in words; a line for each, bounded in number however long the run is. */
export class RunJournal {
  #plan: TrainingPlan;
  readonly #write: (text: string) => void;
  readonly #entered = new Set<Phase>();
  #best: EpochMetrics | null = null;

  /** @param write takes a line, and must not wait for the disk */
  constructor(plan: TrainingPlan, write: (text: string) => void) {
    this.#plan = plan;
    this.#write = write;
  }

  begun(resumes: boolean): void {
    const { network, strategy, epochs, batchSize, seed } = this.#plan;
    const what = `${network}, ${strategy}, ${count(epochs)} epochs, batch ${count(batchSize)}, seed ${seed}`;
    this.#write(`Thaw ${thawVersion()} ${resumes ? 'goes on' : 'begins'}: ${what}.`);
  }

  resumed({ history, bestEpoch }: RunResumed): void {
    this.#best = history.find(({ epoch }) => epoch === bestEpoch) ?? null;
    const last = history.at(-1);
    const best = this.#best === null ? '' : `; the best so far is epoch ${this.#best.epoch}`;
    this.#write(
      last ? `Goes on from the checkpoint after epoch ${last.epoch}${best}.` : 'Goes on from its checkpoint.',
    );
  }

  prepared({ dataset, loadReport, parameters, environment }: RunParts): void {
    const { tensorflow, tensorflowOrigin, device, cpu } = environment;
    this.#write(`TensorFlow ${tensorflow} (${tensorflowOrigin}) on ${device}; ${cpu}.`);
    this.#write(datasetLine(dataset));
    this.#write(loadReport ? weightsLine(loadReport) : 'Weights: none were given.');
    this.#write(`Parameters: ${count(parameters.trainable)} train, ${count(parameters.frozen)} are frozen.`);
  }

  event(body: RunEventBody): void {
    if (body.kind === 'progress' && body.phase !== 'prepare' && !this.#entered.has(body.phase)) {
      this.#entered.add(body.phase);
      const size = body.total > 0 ? `: ${count(body.total)} ${body.unit}s` : '';
      this.#write(`${PHASE_WORDS[body.phase]}${size}.`);
    }
    if (body.kind === 'baseline') this.#write(baselineLine(body.baseline));
    if (body.kind === 'stage') this.#stage(body);
    if (body.kind === 'epoch') this.#epoch(body.metrics, body.best);
  }

  #stage({ stage, name, firstEpoch, epochs, parameters, cut }: Extract<RunEventBody, { kind: 'stage' }>): void {
    // Each stage decodes, computes and trains anew.
    this.#entered.clear();
    const once = cut.length === 0 ? 'nothing is computed once' : `computed once up to ${named(cut)}`;
    this.#write(
      `Stage ${stage + 1} '${name}' begins at epoch ${count(firstEpoch)}, for ${count(epochs)} at most: ${count(parameters.trainable)} parameters train, ${once}.`,
    );
  }

  #epoch(metrics: EpochMetrics, isBest: boolean): void {
    if (isBest) this.#best = metrics;
    const { epochs } = this.#plan;
    const { epoch } = metrics;
    if (epoch % Math.ceil(epochs / EPOCH_LINES) !== 0) return;
    const figures = (['loss', 'accuracy', 'val_loss', 'val_accuracy'] as const).flatMap((key) => {
      const value = metrics[key];
      return value === null ? [] : [`${key} ${figure(value)}`];
    });
    this.#write(
      `Epoch ${count(epoch)} of ${count(epochs)}, ${figure(metrics.seconds)} s: ${figures.join(', ')}${this.#bestSoFar(isBest)}.`,
    );
  }

  #bestSoFar(isBest: boolean): string {
    if (isBest) return ', the best so far';
    if (this.#best === null) return '';
    const { epoch, val_accuracy, val_loss } = this.#best;
    const reached = val_accuracy === null ? `val_loss ${figure(val_loss)}` : `val_accuracy ${figure(val_accuracy)}`;
    return `; the best so far is epoch ${count(epoch)}, ${reached}`;
  }

  stagesEdited({ epochs, stages }: Pick<TrainingPlan, 'epochs' | 'stages'>): void {
    this.#plan = { ...this.#plan, epochs, stages };
    const words = stages.map((stage) => `${stage.name} (${count(stage.epochs)})`);
    this.#write(`The stages to come were changed: ${words.join(', ')}; ${count(epochs)} epochs in all.`);
  }

  paused(): void {
    this.#write('Paused.');
  }

  continued(): void {
    this.#write('Goes on after the pause.');
  }

  proof(proof: readonly FrozenProof[]): void {
    const changed = proof.filter(({ before, after }) => before !== after).map(({ tensor }) => tensor);
    this.#write(
      changed.length === 0
        ? `Proof: all ${count(proof.length)} frozen tensors are as they were, bit for bit.`
        : `Proof: ${count(changed.length)} of ${count(proof.length)} frozen tensors have changed: ${named(changed)}.`,
    );
  }
}

/** What the validation gave before the first step, in a line. */
function baselineLine({ withoutHead, ...begun }: RunBaseline): string {
  const words = ({ val_loss, val_accuracy }: typeof begun): string =>
    `val_loss ${figure(val_loss)}${val_accuracy === null ? '' : `, val_accuracy ${figure(val_accuracy)}`}`;
  const before = withoutHead ? `; with a new head in place of the trained one ${words(withoutHead)}` : '';
  return `Before the first step: ${words(begun)}${before}.`;
}

/** How a run ended, in a line. @param seconds since it began or went on */
export function endLine(
  status: RunStatus,
  {
    error,
    result,
    seconds,
  }: {
    readonly error: SerializedError | null;
    readonly result: Omit<RunResult, 'runId'> | null;
    readonly seconds: number;
  },
): string {
  const how = result?.stoppedEarly ? `${status} early` : status;
  const figures = [
    ...(result?.bestEpoch != null && result.bestValAccuracy !== null
      ? [`best epoch ${result.bestEpoch} with val_accuracy ${figure(result.bestValAccuracy)}`]
      : []),
    ...(result?.testAccuracy == null ? [] : [`test accuracy ${figure(result.testAccuracy)}`]),
    ...(error === null ? [] : [error.message.replace(/\.$/, '')]),
  ];
  return `Ended after ${figure(seconds)} s: ${[how, ...figures].join('; ')}.`;
}
