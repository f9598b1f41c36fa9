import type { RunEventBody } from '../../shared/contract/event.ts';
import { imagesOfEpoch } from '../../shared/contract/epoch-steps.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { LoadReport, RunResult } from '../../shared/contract/run.ts';
import { checkpointPrefix, writeCheckpoint } from './checkpoint.ts';
import { Clock } from './clock.ts';
import { keepEvaluations } from './evaluation/keep-evaluation.ts';
import { holdOnPause, type Hold } from './hold.ts';
import { trainingLoop, type LoopOutcome } from './loop.ts';
import { isOutOfMemory, outOfMemory, type MemoryNeed } from './memory.ts';
import { Pause } from './pause.ts';
import { prepareRun, type PreparedRun } from './prepare-run.ts';
import { PhaseTimer } from './progress.ts';
import { proveFrozen } from './proof.ts';
import type { EvaluationKept, TrainerJob, TrainerMessage } from './protocol.ts';
import { splitSources, type SplitSources } from './split-sources.ts';

function reportCounts(report: LoadReport | null): RunResult['weights'] {
  return (
    report && {
      loaded: report.loaded.length,
      skippedByShape: report.skippedByShape.length,
      missing: report.missing.length,
      newlyInitialised: report.newlyInitialised.length,
      unexpected: report.unexpected.length,
    }
  );
}

/** Training images per second over all epochs, the validation apart. */
function throughput(outcome: LoopOutcome, imagesPerEpoch: number): number | null {
  const { history, partial } = outcome.state;
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, partial.seconds);
  return seconds > 0 ? (history.length * imagesPerEpoch + partial.images) / seconds : null;
}

/** Lets a run hold while its images are decoded or its features computed, with a checkpoint from before the first step. */
function holdBeforeSteps(
  hold: Hold,
  { session, state }: PreparedRun,
  { runDirectory, resume }: TrainerJob,
  send: (message: TrainerMessage) => void,
): () => Promise<void> {
  let isKept = resume;
  return () =>
    hold(async () => {
      if (isKept) return;
      const { path, bytes } = await writeCheckpoint(session, runDirectory, state, false);
      send({ kind: 'checkpoint', checkpoint: { kind: 'last', epoch: state.epoch, step: state.step, path, bytes } });
      isKept = true;
    });
}

type Outcome = Omit<RunResult, 'runId'>;

/** What is known of a run that was stopped before its first step. */
function stoppedAtOnce(timer: PhaseTimer, warnings: readonly string[]): Outcome {
  return {
    status: 'stopped',
    history: [],
    bestEpoch: null,
    bestValAccuracy: null,
    finalValAccuracy: null,
    testAccuracy: null,
    stoppedEarly: false,
    parameters: null,
    frozenUnchanged: null,
    frozenTensors: null,
    weights: null,
    dataset: null,
    timings: timer.timings(),
    imagesPerSecond: null,
    peakMemoryBytes: peakMemoryBytes(),
    warnings: [...warnings],
    error: null,
  };
}

/** Why training ended before its last epoch, in words. */
function earlyEnd({ earlyStopping, epochs }: TrainingPlan, { state }: LoopOutcome): string {
  if (!earlyStopping) throw new TypeError('A run without early stopping was stopped early.');
  const { monitor, patience } = earlyStopping;
  return `Training ended after epoch ${state.epoch} of ${epochs}: ${monitor} has not become better for ${patience} epochs, since epoch ${state.bestEpoch}.`;
}

/** The most this process ever had resident; Node gives kilobytes on every system. */
function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * One run from its plan to its proof: the work of a trainer process.
 *
 * @param signal aborting stops after the step under way and keeps a checkpoint
 * @param pause holds the run after the step under way, its checkpoint written
 */
export async function runTraining(
  job: TrainerJob,
  send: (message: TrainerMessage) => void,
  signal: AbortSignal,
  pause = new Pause(),
): Promise<Outcome> {
  const clock = new Clock();
  const timer = new PhaseTimer(clock);
  const warnings: string[] = [];
  const emit = (body: RunEventBody): void => {
    if (body.kind === 'warning') warnings.push(body.message);
    send({ kind: 'event', body });
  };
  const estimated: { memory: MemoryNeed | null } = { memory: null };
  const onMemory = (need: MemoryNeed): void => {
    estimated.memory = need;
    send({ kind: 'memory', memory: need });
  };
  try {
    return await train({ job, send, signal, pause, clock, timer, emit, onMemory, warnings });
  } catch (error) {
    if (estimated.memory && isOutOfMemory(error)) throw outOfMemory(estimated.memory, `it ran out: ${error.message}`);
    // Only what happens before the first step is cut short by the signal; the loop ends by itself.
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return stoppedAtOnce(timer, warnings);
    throw error;
  }
}

async function train({
  job,
  send,
  signal,
  pause,
  clock,
  timer,
  emit,
  onMemory,
  warnings,
}: {
  readonly job: TrainerJob;
  readonly send: (message: TrainerMessage) => void;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly clock: Clock;
  readonly timer: PhaseTimer;
  readonly emit: (body: RunEventBody) => void;
  readonly onMemory: (need: MemoryNeed) => void;
  readonly warnings: readonly string[];
}): Promise<Outcome> {
  const run = await timer.measure('prepare', () => prepareRun(job, emit, signal, onMemory));
  const onPause = (paused: boolean): void => send({ kind: paused ? 'paused' : 'continued' });
  const hold = holdOnPause({ pause, clock, timer, onPause, signal });
  let sources: SplitSources | null = null;
  try {
    sources = await timer.measure('features', () =>
      splitSources(run, {
        cacheDirectory: job.cacheDirectory,
        cacheLimitBytes: job.cacheLimitBytes,
        plan: job.plan,
        clock,
        beforeImage: holdBeforeSteps(hold, run, job, send),
        emit,
        signal,
      }),
    );
    const layers = [...run.plan.states];
    const { parameters } = run.plan;
    const { summary: dataset } = sources;
    const { loadReport } = run;
    send({ kind: 'prepared', prepared: { dataset, loadReport, layers, parameters, ...run.runtime } });
    if (job.keepsOptimizer === true) {
      const { variables, of } = run.program.slotsTaken;
      send({
        kind: 'note',
        text: `The optimizer goes on with its state for ${variables.length} of ${of} tensors that train.`,
      });
    }
    if (job.resume) {
      const { history, bestEpoch } = run.state;
      send({ kind: 'resumed', resumed: { history, bestEpoch } });
    }

    const outcome = await trainingLoop({
      ...sources,
      classes: run.model.classes.length,
      session: run.session,
      introspection: run.introspection,
      plan: job.plan,
      runDirectory: job.runDirectory,
      state: run.state,
      clock,
      timer,
      emit,
      onLayers: (step, layers) => send({ kind: 'layers', ...step, layers }),
      onCheckpoint: (checkpoint) => send({ kind: 'checkpoint', checkpoint }),
      hold,
      signal,
    });
    const stopped = outcome.ending === 'stopped';
    const stoppedEarly = outcome.ending === 'stoppedEarly';
    if (stoppedEarly) send({ kind: 'note', text: earlyEnd(job.plan, outcome) });
    const { history, bestEpoch } = outcome.state;
    const { proof, unchanged } = await timer.measure('proof', async () =>
      proveFrozen(await checkpointPrefix(job.runDirectory, 'last'), run.model.frozen),
    );
    send({ kind: 'proof', proof });
    const best = history.find(({ epoch }) => epoch === bestEpoch);
    const evaluating = {
      run,
      sources,
      job,
      timer,
      onKept: (evaluation: EvaluationKept) => send({ kind: 'evaluation', evaluation }),
      onWarning: (message: string) => emit({ kind: 'warning', message }),
    };
    const tested = await keepEvaluations(evaluating, outcome.best, stopped);
    return {
      status: stopped ? 'stopped' : 'finished',
      history,
      bestEpoch,
      bestValAccuracy: best?.val_accuracy ?? null,
      finalValAccuracy: history.at(-1)?.val_accuracy ?? null,
      testAccuracy: tested,
      stoppedEarly,
      parameters,
      frozenUnchanged: unchanged,
      frozenTensors: proof.length,
      weights: reportCounts(loadReport),
      dataset,
      timings: timer.timings(),
      imagesPerSecond: throughput(outcome, imagesOfEpoch(job.plan, sources.train.count)),
      peakMemoryBytes: peakMemoryBytes(),
      warnings: [...warnings],
      error: null,
    };
  } finally {
    await sources?.dispose();
    run.session.dispose();
  }
}
