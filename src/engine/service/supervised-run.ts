import { rm, rmSync } from 'node:fs';
import path from 'node:path';
import type { RunEventBody } from '../../shared/contract/event.ts';
import type { TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import type { RunDetail, RunResult, RunStatus } from '../../shared/contract/run.ts';
import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';
import type { Log } from '../experiment/log.ts';
import { layerValues } from '../experiment/layer-metrics.ts';
import { MetricWriter } from '../experiment/metric-writer.ts';
import { writeEvaluation } from '../experiment/evaluations.ts';
import { rewritePlan, withdrawRun } from '../experiment/new-run.ts';
import { HEARTBEAT_MILLISECONDS } from '../experiment/owner.ts';
import { beat, setStatus } from '../experiment/run-life.ts';
import { readResult, readRun } from '../experiment/run-reader.ts';
import {
  writeBaseline,
  writeCheckpoint,
  writeLine,
  writeParts,
  writeProof,
  writeResult,
} from '../experiment/run-writer.ts';
import { writeStageBegun, writeStageEnded } from '../experiment/run-stages.ts';
import { noteTrainer, releaseTrainerLock } from '../experiment/trainer-lock.ts';
import { isBusy } from '../sqlite/database-error.ts';
import { outOfMemoryKills } from '../runtime/out-of-memory-kills.ts';
import { outOfMemory, type MemoryNeed } from '../training/memory.ts';
import { isPredictionsPath } from '../training/evaluation/predictions-file.ts';
import type { EvaluationKept, TrainerJob, TrainerMessage } from '../training/protocol.ts';
import { describeEnvironment } from './describe-environment.ts';
import { HistogramWriter } from './histogram-writer.ts';
import { endLine, RunJournal } from './run-journal.ts';
import { endedWithoutResult, lackOfMemory } from './trainer-end.ts';
import { TrainerProcess, type TrainerEnd } from './trainer-process.ts';

/** What the trainer said last, if it came to say it. */
type Outcome =
  | { readonly kind: 'ended'; readonly result: Omit<RunResult, 'runId'> }
  | { readonly kind: 'failed'; readonly error: SerializedError };

export interface SupervisionOptions {
  readonly log: Log;
  readonly trainerEntry: string;
  readonly job: TrainerJob;
  readonly tell: (body: RunEventBody) => void;
  /** Has the end written, again later where the log does not take it. @throws what the log refuses it with */
  readonly settle: (end: () => void) => void;
  /** Told of a run that was refused before it began, which is then no longer in the log; null keeps it there as failed. */
  readonly onRefused: ((detail: RunDetail) => void) | null;
}

function networkWarning(disk: string): string {
  return `The experiment log lies on ${disk}. It is written in the slower way that is safe there, as long as one machine at a time uses it; THAW_HOME may name a folder on a disk of this machine.`;
}

/**
 * One run under way: its trainer's messages go to the log and to whoever listens, and however the trainer ends, the
 * run's status says so. A log that cannot be written stops the trainer rather than losing what it does. A run that the
 * trainer refuses before it begins, for want of memory or for what is wrong with its dataset, leaves the log as it was; one
 * that was to go on from its checkpoint can still do so.
 */
export class SupervisedRun {
  readonly #options: SupervisionOptions;
  readonly #metrics: MetricWriter;
  readonly #histograms: HistogramWriter;
  readonly #journal: RunJournal;
  readonly #begun = performance.now();
  readonly #trainer: TrainerProcess;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #done = Promise.withResolvers<RunResult>();
  #outcome: Outcome | null = null;
  #hasCheckpoint: boolean;
  #prepared = false;
  /** Whether it has looked at an image, or at a step. */
  #began = false;
  #status: RunStatus = 'running';
  #memory: MemoryNeed | null = null;
  readonly #killsBefore = outOfMemoryKills();
  /** Asked for and not answered yet, in order. */
  #stageEdits: PromiseWithResolvers<TrainingPlan | null>[] = [];
  /** The first refusal of the log. */
  #problem: { readonly error: unknown } | null = null;

  constructor(options: SupervisionOptions) {
    const { log, job, trainerEntry } = options;
    this.#options = options;
    this.#hasCheckpoint = job.resume;
    this.#metrics = new MetricWriter(log, job.runId, (error) => this.#stopFor(error));
    this.#histograms = new HistogramWriter(log, job.runId, (error) => this.#stopFor(error));
    this.#journal = new RunJournal(job.plan, (text) => this.#metrics.pushLine(text));
    this.#journal.begun(job.resume);
    // Whoever waits hears of a rejection; that nobody waits is no defect.
    this.#done.promise.catch(() => undefined);
    this.#trainer = new TrainerProcess(trainerEntry, job, {
      onMessage: (message) => this.#guard(() => this.#receive(message)),
      onEnd: (end) => this.#finish(end),
    });
    this.#guard(() => {
      if (this.#trainer.pid !== undefined) noteTrainer(log, job.runId, this.#trainer.pid);
      this.#enter('running');
      if (log.networkDisk !== null) this.#warn(networkWarning(log.networkDisk));
    });
    this.#heartbeat = setInterval(() => this.#guard(() => this.#beat()), HEARTBEAT_MILLISECONDS);
  }

  /**
   * Resolves once the trainer is gone and the log says how it went; rejects where the log could not be written, and with the
   * reason where the run was refused before it began.
   */
  get done(): Promise<RunResult> {
    return this.#done.promise;
  }

  /** See `TrainerProcess.stop`. */
  stop(): void {
    this.#trainer.stop();
  }

  kill(): void {
    this.#trainer.kill();
  }

  /** Asks the trainer to hold after its step; that it does is told as a status. */
  pause(): void {
    this.#trainer.pause();
  }

  continue(): void {
    this.#trainer.continue();
  }

  /**
   * Has the trainer go on with other stages from `from` on, and the log say so.
   *
   * @returns the plan as it is now; null where that stage has begun already, or the trainer has ended
   */
  editStages(from: number, stages: readonly TrainingStage[]): Promise<TrainingPlan | null> {
    const answer = Promise.withResolvers<TrainingPlan | null>();
    this.#stageEdits.push(answer);
    this.#trainer.editStages(from, stages);
    return answer.promise;
  }

  #stagesEdited(plan: TrainingPlan | null): void {
    const { log, job, tell } = this.#options;
    const answer = this.#stageEdits.shift();
    try {
      if (plan) {
        rewritePlan(log, job.runId, plan);
        this.#journal.stagesEdited(plan);
        tell({ kind: 'stages', stages: plan.stages, epochs: plan.epochs });
      }
      answer?.resolve(plan);
    } catch (error) {
      answer?.reject(error);
      throw error;
    }
  }

  #beat(): void {
    const { log, job } = this.#options;
    try {
      beat(log, job.runId, this.#status);
    } catch (error) {
      // The next one does as well; metrics that cannot be written for long stop the run.
      if (!isBusy(error)) throw error;
    }
  }

  #warn(message: string): void {
    const body = { kind: 'warning', message } as const;
    this.#options.tell(body);
    this.#logEvent(body);
  }

  #enter(status: 'running' | 'paused'): void {
    const { log, job, tell } = this.#options;
    setStatus(log, job.runId, status);
    this.#status = status;
    tell({ kind: 'status', status, error: null });
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#stopFor(error);
    }
  }

  #stopFor(error: unknown): void {
    if (this.#problem) return;
    this.#problem = { error };
    this.#trainer.stop();
  }

  #receive(message: TrainerMessage): void {
    const { log, job } = this.#options;
    switch (message.kind) {
      case 'event':
        if (message.body.kind === 'progress' && message.body.phase !== 'prepare') this.#began = true;
        this.#options.tell(message.body);
        this.#logEvent(message.body);
        return;
      case 'memory':
        this.#memory = message.memory;
        return;
      case 'prepared': {
        const { tensorflow, device, ...parts } = message.prepared;
        this.#prepared = true;
        const whole = { ...parts, environment: describeEnvironment({ tensorflow, device }) };
        writeParts(log, job.runId, whole);
        this.#journal.prepared(whole);
        return;
      }
      case 'resumed':
        this.#metrics.restore(message.resumed.history, message.resumed.bestEpoch, message.resumed.baseline);
        this.#journal.resumed(message.resumed);
        return;
      case 'checkpoint':
        this.#hasCheckpoint = true;
        writeCheckpoint(log, job.runId, message.checkpoint);
        return;
      case 'layers':
        this.#metrics.pushStep({ epoch: message.epoch, step: message.step, values: layerValues(message.layers) });
        return;
      case 'histograms':
        this.#histograms.push(message);
        return;
      case 'paused':
        this.#journal.paused();
        // Whoever looks at the log of a run that holds finds all of it.
        this.#metrics.flush();
        this.#histograms.flush();
        this.#enter('paused');
        return;
      case 'continued':
        this.#journal.continued();
        this.#enter('running');
        return;
      case 'note':
        this.#metrics.pushLine(message.text);
        return;
      case 'evaluation':
        this.#keepEvaluation(message.evaluation);
        return;
      case 'stagesEdited':
        this.#stagesEdited(message.plan);
        return;
      case 'stageEnded':
        writeStageEnded(log, job.runId, message.ended);
        return;
      case 'proof':
        writeProof(log, job.runId, message.proof, message.stage);
        this.#journal.proof(message.proof);
        return;
      case 'ended':
      case 'failed':
        this.#outcome = message;
        return;
    }
  }

  #keepEvaluation(evaluation: EvaluationKept): void {
    const { log, job } = this.#options;
    for (const before of writeEvaluation(log, job.runId, evaluation)) {
      // What the log knows no more only takes room.
      if (isPredictionsPath(before)) rm(path.join(job.runDirectory, before), { force: true }, () => undefined);
    }
  }

  #logEvent(body: RunEventBody): void {
    this.#journal.event(body);
    switch (body.kind) {
      case 'step': {
        const { epoch, step, loss, accuracy, learningRate } = body;
        this.#metrics.pushStep({
          epoch,
          step,
          values: { loss, ...(accuracy !== null && { accuracy }), learning_rate: learningRate },
        });
        return;
      }
      case 'epoch':
        this.#metrics.pushEpoch(body.metrics, body.best);
        return;
      case 'baseline':
        writeBaseline(this.#options.log, this.#options.job.runId, body.baseline);
        return;
      case 'stage':
        writeStageBegun(this.#options.log, this.#options.job.runId, body);
        return;
      case 'warning':
        // What was said before it stands before it.
        this.#metrics.flush();
        writeLine(this.#options.log, this.#options.job.runId, 'warning', body.message);
        return;
      case 'progress':
      case 'stages':
      case 'status':
        return;
    }
  }

  #finish(end: TrainerEnd): void {
    const { log, job, settle } = this.#options;
    clearInterval(this.#heartbeat);
    for (const answer of this.#stageEdits.splice(0)) answer.resolve(null);
    this.#guard(() => this.#metrics.close());
    this.#guard(() => this.#histograms.flush());
    const outcome = this.#outcome;
    if (outcome?.kind === 'ended') this.#guard(() => writeResult(log, job.runId, outcome.result));
    // What TensorFlow says of itself at each start is worth keeping only where something went wrong.
    else if (end.output !== '') this.#guard(() => writeLine(log, job.runId, 'trainer', end.output));
    const { status, error } = this.#conclusion(end);
    try {
      settle(() => this.#writeEnd(status, error));
      if (this.#isRefused() && error) throw ThawError.from(error);
      if (this.#problem && !(this.#problem.error instanceof ThawError)) throw this.#problem.error;
      this.#done.resolve(readResult(log, job.runId));
    } catch (refused) {
      this.#done.reject(this.#problem?.error ?? refused);
    }
  }

  #writeEnd(status: RunStatus, error: SerializedError | null): void {
    const { log, job, tell } = this.#options;
    log.write('write how the run ended', () => {
      // A run that others took for dead ends as it did all the same.
      beat(log, job.runId, this.#status);
      setStatus(log, job.runId, status, error);
      releaseTrainerLock(log, job.runId);
    });
    if (this.#isRefused()) this.#withdraw();
    else this.#sayEnd(status, error);
    tell({ kind: 'status', status, error });
  }

  #sayEnd(status: RunStatus, error: SerializedError | null): void {
    const { log, job } = this.#options;
    const result = this.#outcome?.kind === 'ended' ? this.#outcome.result : null;
    const seconds = (performance.now() - this.#begun) / 1000;
    const text = endLine(status, { error, result, seconds });
    try {
      writeLine(log, job.runId, error === null ? 'information' : 'error', text);
    } catch {
      // Its status says the same.
    }
  }

  /** It failed with a reason, not a defect, before there was anything to keep of it. */
  #isRefused(): boolean {
    if (!this.#options.onRefused) return false;
    if (this.#problem || this.#began || this.#prepared || this.#hasCheckpoint || this.#outcome?.kind !== 'failed')
      return false;
    return this.#outcome.error.code !== 'training.process';
  }

  #withdraw(): void {
    const { log, job, onRefused } = this.#options;
    const detail = readRun(log, job.runId);
    withdrawRun(log, job.runId);
    onRefused?.(detail);
    try {
      rmSync(job.runDirectory, { recursive: true, force: true });
    } catch {
      // Nothing in it is of use to anybody, and the refusal itself is what has to be told.
    }
  }

  #conclusion(end: TrainerEnd): {
    readonly status: RunStatus;
    readonly error: SerializedError | null;
  } {
    if (this.#problem) {
      const { error } = this.#problem;
      if (error instanceof ThawError) return { status: 'failed', error: error.toJSON() };
      const message = `Its results could not be kept: ${error instanceof Error ? error.message : String(error)}.`;
      return { status: 'failed', error: { code: 'training.process', message, hint: 'This is a defect of Thaw.' } };
    }
    if (this.#outcome?.kind === 'ended') {
      return { status: this.#outcome.result.status, error: this.#outcome.result.error };
    }
    if (this.#outcome) {
      // Stopped before there was a step to stop after.
      const abandoned = this.#trainer.stopRequested && this.#outcome.error.code === 'training.process';
      if (abandoned) return { status: 'stopped', error: null };
      const { error } = this.#outcome;
      // Once what was wrong is put right, its checkpoint is as good as it was.
      const isResumable = this.#options.job.resume && !this.#prepared;
      return { status: isResumable ? 'interrupted' : 'failed', error };
    }
    const { runId } = this.#options.job;
    const lack = lackOfMemory(end, this.#memory, this.#killsBefore);
    if (lack !== null && this.#memory) {
      return { status: 'interrupted', error: outOfMemory(this.#memory, lack).toJSON() };
    }
    return { status: 'interrupted', error: endedWithoutResult(end, runId, this.#hasCheckpoint) };
  }
}
