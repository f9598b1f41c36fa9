import path from 'node:path';
import type { RunEventBody } from '../../shared/contract/event.ts';
import { imagesOfEpoch } from '../../shared/contract/epoch-steps.ts';
import { exampleCount } from '../../shared/contract/learning-task.ts';
import type { LoadReport, RunBaseline, RunResult } from '../../shared/contract/run.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import { checkpointPrefix, readStateOf, readTrainingState, writeCheckpoint, type TrainingState } from './checkpoint.ts';
import { Clock } from './clock.ts';
import { keepBest, keepEvaluations } from './evaluation/keep-evaluation.ts';
import { beginsWithHead, firstEvaluation } from './first-evaluation.ts';
import { holdOnPause, type Hold } from './hold.ts';
import { trainingLoop, type LoopOutcome } from './loop.ts';
import { taskClasses } from '../network/task-network.ts';
import { isOutOfMemory, outOfMemory, type MemoryNeed } from './memory.ts';
import { Pause } from './pause.ts';
import { prepareRun } from './prepare-run.ts';
import { frozenIn } from './model-file.ts';
import { enterBestStage, enterNextStage, type PreparedRun } from './prepare-stage.ts';
import { earlyEnd, madeWorse, neverBetter, stageEnd } from './stage-end.ts';
import { StageList } from './stage-list.ts';
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
  // A stage after the first begins with a checkpoint that stands.
  let isKept = resume || state.stage > 0;
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
    baseline: null,
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

/** The most this process ever had resident; Node gives kilobytes on every system. */
function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * One run from its plan to its proof: the work of a trainer process.
 *
 * @param signal aborting stops after the step under way and keeps a checkpoint
 * @param pause holds the run after the step under way, its checkpoint written
 * @param stages of the plan, which may change while the run goes on
 */
export async function runTraining(
  job: TrainerJob,
  send: (message: TrainerMessage) => void,
  signal: AbortSignal,
  pause = new Pause(),
  stages = new StageList(job.plan),
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
    return await train({ job, send, signal, pause, stages, clock, timer, emit, onMemory, warnings });
  } catch (error) {
    if (estimated.memory && isOutOfMemory(error)) throw outOfMemory(estimated.memory, `it ran out: ${error.message}`);
    // Only what happens before the first step is cut short by the signal; the loop ends by itself.
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return stoppedAtOnce(timer, warnings);
    throw error;
  }
}

interface Work {
  readonly job: TrainerJob;
  readonly send: (message: TrainerMessage) => void;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly stages: StageList;
  readonly clock: Clock;
  readonly timer: PhaseTimer;
  readonly emit: (body: RunEventBody) => void;
  readonly onMemory: (need: MemoryNeed) => void;
  readonly warnings: readonly string[];
}

/** What is told once, when all that the run consists of is known. */
function tellPrepared({ job, send }: Work, run: PreparedRun, { summary }: SplitSources): void {
  const { loadReport, plan, state } = run;
  const layers = [...plan.states];
  const { parameters } = plan;
  send({
    kind: 'prepared',
    prepared: { dataset: summary, loadReport, stage: state.stage, layers, parameters, ...run.runtime },
  });
  if (run.leftOut !== null) send({ kind: 'note', text: run.leftOut });
  if (job.keepsOptimizer === true) {
    const { variables, of } = run.program.slotsTaken;
    const text = `The optimizer goes on with its state for ${variables.length} of ${of} tensors that train.`;
    send({ kind: 'note', text });
  }
  if (job.resume) {
    const { history, bestEpoch, baseline } = state;
    send({ kind: 'resumed', resumed: { history, bestEpoch, baseline } });
  }
}

/**
 * Validates before the first step, where the plan asks for it. What begins with a head that has learnt something may be the
 * best of the run, and has a checkpoint of its own.
 */
async function beginWithEvaluation(
  { job, send, timer, emit }: Work,
  run: PreparedRun,
  sources: SplitSources,
  hold: Hold,
): Promise<{ readonly baseline: RunBaseline; readonly state: TrainingState } | null> {
  const { session, state: before } = run;
  if (!job.plan.evaluateFirst || before.step > 0 || before.baseline) return null;
  const baseline = await timer.measure('evaluate', () =>
    firstEvaluation(run, sources, holdBeforeSteps(hold, run, job, send)),
  );
  const { val_loss, val_accuracy } = baseline;
  const mayBeBest = beginsWithHead(job.plan, run);
  const state = { ...before, baseline: { val_loss, val_accuracy }, bestEpoch: mayBeBest ? 0 : before.bestEpoch };
  if (mayBeBest) {
    const { path: folder, bytes } = await writeCheckpoint(session, job.runDirectory, state, true);
    const about = { epoch: 0, step: 0, path: folder, bytes };
    for (const kind of ['last', 'best'] as const) send({ kind: 'checkpoint', checkpoint: { kind, ...about } });
  }
  emit({ kind: 'baseline', baseline });
  return { baseline, state };
}

/** Holds what was frozen in a stage against its last checkpoint; null where it has made no step and left none. */
async function proveStage(
  { job, timer, send }: Work,
  { model }: PreparedRun,
  stage: number,
): Promise<TrainingState['proved'][number] | null> {
  if ((await readTrainingState(job.runDirectory)).stage !== stage) return null;
  const { proof, unchanged } = await timer.measure('proof', async () =>
    proveFrozen(await checkpointPrefix(job.runDirectory, 'last'), frozenIn(model, stage)),
  );
  send({ kind: 'proof', stage, proof });
  return { tensors: proof.length, unchanged };
}

/** Trains all stages, one after the other. A run that is not in the last one when it returns was stopped. */
async function train(work: Work): Promise<Outcome> {
  const { job, send, signal, pause, stages, clock, timer, emit, onMemory, warnings } = work;
  if (job.resume) {
    // Until it is known where it goes on, nothing is to come that could be changed.
    stages.close();
    stages.begin((await readTrainingState(job.runDirectory)).stage);
  }
  let run = await timer.measure('prepare', () => prepareRun(job, emit, signal, onMemory));
  const onPause = (paused: boolean): void => send({ kind: paused ? 'paused' : 'continued' });
  const hold = holdOnPause({ pause, clock, timer, onPause, signal });
  const sourcesOf = (entered: PreparedRun): Promise<SplitSources> =>
    timer.measure('features', () =>
      splitSources(entered, {
        cacheDirectory: job.cacheDirectory,
        cacheLimitBytes: job.cacheLimitBytes,
        plan: stagePlan(stages.plan, entered.state.stage),
        clock,
        beforeImage: holdBeforeSteps(hold, entered, job, send),
        emit,
        signal,
      }),
    );
  const evaluating = (entered: PreparedRun, own: SplitSources) => ({
    run: entered,
    sources: own,
    job,
    timer,
    onKept: (evaluation: EvaluationKept) => send({ kind: 'evaluation', evaluation }),
    onWarning: (message: string) => emit({ kind: 'warning', message }),
  });
  let sources: SplitSources | null = null;
  try {
    stages.begin(run.state.stage);
    sources = await sourcesOf(run);
    const { summary: dataset } = sources;
    tellPrepared(work, run, sources);
    const first = await beginWithEvaluation(work, run, sources, hold);
    if (first) run = { ...run, state: first.state };
    let outcome: LoopOutcome;
    let isKept = false;
    for (;;) {
      const { stage } = run.state;
      const own = stagePlan(stages.plan, stage);
      const { parameters, states, cut } = run.plan;
      const isStaged = stages.plan.stages.length > 0;
      const name = stages.plan.stages[stage]?.name ?? '';
      if (isStaged) {
        const about = { layers: [...states], parameters, cut: [...cut] };
        emit({ kind: 'stage', stage, name, firstEpoch: run.state.stageBegan + 1, epochs: own.epochs, ...about });
      }
      outcome = await trainingLoop({
        ...sources,
        classes: taskClasses(job.plan.task, run.model.classes).length,
        session: run.session,
        introspection: run.introspection,
        plan: own,
        judge: job.plan.earlyStopping,
        epochsAfter: () => stages.plan.stages.slice(stage + 1).reduce((sum, { epochs }) => sum + epochs, 0),
        runDirectory: job.runDirectory,
        state: run.state,
        clock,
        timer,
        emit,
        onLayers: (step, layers) => send({ kind: 'layers', ...step, layers }),
        onHistograms: (step, histograms) => send({ kind: 'histograms', ...step, histograms }),
        onCheckpoint: (checkpoint) => send({ kind: 'checkpoint', checkpoint }),
        hold,
        signal,
      });
      const { state, ending, best } = outcome;
      if (ending === 'stoppedEarly') send({ kind: 'note', text: earlyEnd(own, state, isStaged ? name : null) });
      const proof = await proveStage(work, run, stage);
      outcome = { ...outcome, state: { ...state, proved: [...state.proved, ...(proof ? [proof] : [])] } };
      if (best) await keepBest(evaluating(run, sources), best);
      isKept = best ? true : isKept;
      if (isStaged) {
        send({ kind: 'stageEnded', ended: stageEnd(own, state, ending) });
        const worse = ending === 'stopped' ? null : madeWorse(own, state, name);
        if (worse !== null) emit({ kind: 'warning', message: worse });
      }
      if (ending === 'stopped' || stage + 1 >= stages.plan.stages.length) break;
      if (signal.aborted) {
        outcome = { ...outcome, ending: 'stopped' };
        break;
      }
      stages.begin(stage + 1);
      await sources.dispose();
      sources = null;
      run.session.dispose();
      run = await timer.measure('prepare', () => enterNextStage(run, stages.plan, outcome.state, { emit, onMemory }));
      sources = await sourcesOf(run).catch((error: unknown) => {
        if (signal.aborted && error instanceof Error && error.name === 'AbortError') return null;
        throw error;
      });
      if (!sources) {
        outcome = { ...outcome, ending: 'stopped' };
        break;
      }
    }
    stages.close();
    const stopped = outcome.ending === 'stopped';
    const { history, bestEpoch, proved, baseline } = outcome.state;
    const { parameters } = run.plan;
    if (bestEpoch === 0 && !stopped) emit({ kind: 'warning', message: neverBetter(baseline) });
    let tested: number | null = null;
    if (!stopped && sources && (sources.test || !isKept)) {
      const best = await readStateOf(path.dirname(await checkpointPrefix(job.runDirectory, 'best')));
      if (best.stage !== run.state.stage) {
        await sources.dispose();
        sources = null;
        run.session.dispose();
        run = await enterBestStage(run, stages.plan, best, { emit, onMemory });
        sources = await sourcesOf(run);
      }
      tested = await keepEvaluations(evaluating(run, sources), isKept);
    }
    const shown = history.find(({ epoch }) => epoch === bestEpoch) ?? (bestEpoch === 0 ? baseline : null);
    return {
      status: stopped ? 'stopped' : 'finished',
      baseline: first?.baseline ?? (baseline && { ...baseline, withoutHead: null }),
      history,
      bestEpoch,
      bestValAccuracy: shown?.val_accuracy ?? null,
      finalValAccuracy: history.at(-1)?.val_accuracy ?? null,
      testAccuracy: tested,
      stoppedEarly: outcome.ending === 'stoppedEarly',
      parameters,
      frozenUnchanged: proved.every(({ unchanged }) => unchanged),
      frozenTensors: proved.reduce((sum, { tensors }) => sum + tensors, 0),
      weights: reportCounts(run.loadReport),
      dataset,
      timings: timer.timings(),
      imagesPerSecond: throughput(outcome, imagesOfEpoch(job.plan, exampleCount(job.plan.task, dataset.train))),
      peakMemoryBytes: peakMemoryBytes(),
      warnings: [...warnings],
      error: null,
    };
  } finally {
    await sources?.dispose();
    run.session.dispose();
  }
}
