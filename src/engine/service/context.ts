import path from 'node:path';
import type { RunResult } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { openDatasetIndex, type DatasetIndex } from '../dataset/index/dataset-index.ts';
import { indexIfAny } from '../dataset/index/index-if-any.ts';
import { addModelFolder } from '../network/config/model-record.ts';
import { EXPERIMENT_LOG, logPath, openLog, runDirectory, type Log } from '../experiment/log.ts';
import { reapDeadRuns } from '../experiment/run-life.ts';
import { isBackupDue } from '../sqlite/due-backup.ts';
import { inFileThread } from '../sqlite/file-thread.ts';
import { recover, type Recovery, type Replacement } from '../sqlite/recover.ts';
import type { TrainerJob } from '../training/protocol.ts';
import { Datasets } from './datasets.ts';
import { editsOfRoot } from '../dataset/edits/edits-of-root.ts';
import { EventHub } from './event-hub.ts';
import { FetchedFiles } from './fetched-files.ts';
import { Grants } from './grants.ts';
import { Images } from './images.ts';
import { Inspected } from './inspected.ts';
import { writeLocal } from './local-log.ts';
import { Measuring } from './measuring.ts';
import { OpenedFeatures } from './opened-features.ts';
import type { ComputedPreview } from '../training/augmentation/preview.ts';
import type { ExplainAnswer } from '../training/explain/answer.ts';
import { KeptProcess } from './kept-process.ts';
import { Predictors } from './predictors.ts';
import { QueueWorker } from './queue-worker.ts';
import { RefusedRuns } from './refused-runs.ts';
import { RunWatch } from './run-watch.ts';
import { SettingsFile } from './settings-file.ts';
import { OpenedWeights } from './opened-weights.ts';
import { SupervisedRun } from './supervised-run.ts';
import { Tasks } from './tasks.ts';
import { UnwrittenEnds } from './unwritten-ends.ts';
import { Uploads } from './uploads.ts';
import { Watching } from './watching.ts';

export interface ServiceOptions {
  /** THAW_HOME: log and runs. */
  readonly home: string;
  /** THAW_CACHE: data caches, and the toolchain apart from them. */
  readonly cache: string;
  /** Entry files of the processes the service forks; their own by default. */
  readonly entries?: Partial<Entries>;
  /** Folders that windows may browse, and all below them; none by default. */
  readonly roots?: readonly string[];
  /** Whether what predicts stays in memory for as long as the service does; else it goes after a minute of rest. */
  readonly keepsPredictor?: boolean;
  /** The sort of disk that a folder lies on, where that is one over a network; as the system tells by default. */
  readonly diskOf?: (folder: string) => string | null;
}

export interface Entries {
  readonly trainer: string;
  readonly predictor: string;
  readonly exporter: string;
  readonly evaluator: string;
  readonly extractor: string;
  readonly finder: string;
  readonly activations: string;
  readonly augmentation: string;
  readonly explain: string;
  readonly check: string;
  readonly classifier: string;
  readonly graph: string;
  readonly probe: string;
}

/** Where in THAW_HOME whole models lie that were opened, so that their runs need the files no more. */
export const MODELS = 'models';

const ENGINE = path.join(import.meta.dirname, '..');

/** How long a closing service lets its trainers stop after their step, and what reads a disk that does not answer. */
const CLOSE_GRACE_MILLISECONDS = 10_000;

/** Waits for work no longer than so many milliseconds. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function closed(): ThawError {
  return new ThawError(
    'engine.lost',
    'An engine begins nothing once it closes; this one has closed.',
    'Start Thaw again.',
  );
}

/** What the use cases share: the folders, the log, the runs under way, what windows were given to name. */
export class ServiceContext {
  readonly home: string;
  readonly cache: string;
  readonly entries: Entries;
  readonly roots: readonly string[];
  readonly events = new EventHub();
  readonly tasks = new Tasks(this.events);
  readonly grants = new Grants();
  readonly fetched: FetchedFiles;
  readonly datasets = new Datasets(
    (root) => editsOfRoot(this.indexIfAny, root),
    () => this.indexIfAny,
  );
  readonly inspected = new Inspected();
  readonly measuring = new Measuring(this);
  readonly watching = new Watching(this);
  readonly features = new OpenedFeatures();
  readonly weights = new OpenedWeights();
  readonly refused = new RefusedRuns();
  readonly ends: UnwrittenEnds;
  readonly queue = new QueueWorker(this);
  readonly images: Images;
  readonly predictors: Predictors;
  /** Shows what augmentation does to images. */
  readonly previews: KeptProcess<ComputedPreview>;
  /** Tells what checkpoints look at. */
  readonly explainer: KeptProcess<ExplainAnswer>;
  readonly settings: SettingsFile;
  readonly uploads: Uploads;
  /** Runs that stand in the log and whose trainers are about to be forked. */
  readonly #starting = new Set<Promise<unknown>>();
  #closing: 'no' | 'begun' | 'done' = 'no';
  readonly #runs = new Map<string, SupervisedRun>();
  #log: Log | null = null;
  #watch: RunWatch | null = null;
  readonly #diskOf: ServiceOptions['diskOf'];
  /** The copying of the log that is under way, if any. */
  #backup: Promise<void> = Promise.resolve();
  #index: DatasetIndex | null = null;
  /** Of an index that cannot be written. */
  #unkept: DatasetIndex | null = null;

  constructor(options: ServiceOptions) {
    this.home = options.home;
    this.cache = options.cache;
    this.roots = options.roots ?? [];
    this.#diskOf = options.diskOf;
    addModelFolder(path.join(this.home, MODELS));
    this.ends = new UnwrittenEnds(this);
    this.images = new Images(this);
    this.uploads = new Uploads(this);
    this.fetched = new FetchedFiles(this.home);
    this.settings = new SettingsFile(this.home);
    this.entries = {
      trainer: path.join(ENGINE, 'training/trainer.ts'),
      predictor: path.join(ENGINE, 'training/predictor.ts'),
      exporter: path.join(ENGINE, 'export/exporter.ts'),
      evaluator: path.join(ENGINE, 'training/evaluation/evaluator.ts'),
      extractor: path.join(ENGINE, 'training/extractor.ts'),
      finder: path.join(ENGINE, 'training/finder/finder.ts'),
      activations: path.join(ENGINE, 'training/activations-process.ts'),
      augmentation: path.join(ENGINE, 'training/augmentation-process.ts'),
      explain: path.join(ENGINE, 'training/explain-process.ts'),
      check: path.join(ENGINE, 'reference/check-process.ts'),
      classifier: path.join(ENGINE, 'training/classifier-process.ts'),
      graph: path.join(ENGINE, 'training/graph-process.ts'),
      probe: path.join(ENGINE, 'runtime/probe.ts'),
      ...options.entries,
    };
    this.predictors = new Predictors(this.entries.predictor, options.keepsPredictor === true);
    this.previews = new KeptProcess(this.entries.augmentation, 'Previewing an augmentation');
    this.explainer = new KeptProcess(this.entries.explain, 'Explaining');
  }

  /** The log, opened when first needed; runs whose owners are gone are marked then. */
  get log(): Log {
    if (!this.#log) {
      // Nobody would close it again.
      if (this.#closing === 'done') throw closed();
      const log = openLog(this.home, this.#diskOf);
      try {
        reapDeadRuns(log);
      } catch (error) {
        // Past runs can be looked at on a full disk too; dead ones are marked once there is room.
        if (!(error instanceof ThawError && error.code.startsWith('disk.'))) {
          log.close();
          throw error;
        }
      }
      this.#watch = new RunWatch(log, this.events);
      this.#log = log;
    }
    return this.#log;
  }

  /** See `recover.ts`; the log is closed for it and opened again when it is next needed. @throws as `recover`, `run.busy` */
  recoverLog(replacement: Replacement): Recovery {
    if (this.activeRun !== null) {
      throw new ThawError(
        'run.busy',
        `A log is recovered while nothing is written to it; run '${this.activeRun}' is at work here.`,
        'Stop it first.',
      );
    }
    this.#closeLog();
    return recover(EXPERIMENT_LOG, logPath(this.home), replacement);
  }

  #closeLog(): void {
    this.#watch?.end();
    this.#watch = null;
    this.#log?.close();
    this.#log = null;
  }

  /** Has windows told what was just changed of the runs, which they would find out a moment later. */
  tellOfRuns(): void {
    this.#watch?.look();
  }

  /** The index of datasets, opened when first needed. @throws ThawError `index.unreadable`, `index.newer`, `disk.readOnly` */
  get index(): DatasetIndex {
    return (this.#index ??= openDatasetIndex(this.home));
  }

  /** As `index`; where it cannot be written it is one in memory, and null where none can be made. @throws ThawError `index.unreadable`, `index.newer` */
  get indexIfAny(): DatasetIndex | null {
    const opened = this.#index ?? this.#unkept;
    if (opened) return opened;
    const index = indexIfAny(this.home, () => this.index);
    if (index?.kept === false) this.#unkept = index;
    return index;
  }

  runDirectory(runId: string): string {
    return runDirectory(this.home, runId);
  }

  /** Begins a run; a service that is closed meanwhile waits for that. @throws ThawError `engine.lost` once it closes */
  async starting<Result>(begin: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== 'no') throw closed();
    const work = begin();
    this.#starting.add(work);
    return work.finally(() => this.#starting.delete(work));
  }

  /**
   * Forks the trainer of a run that stands in the log as `queued`.
   *
   * @param isKept whether the log keeps it also where it is refused before it begins
   * @throws ThawError `engine.lost` once the service is closed
   */
  supervise(job: TrainerJob, isKept = false): void {
    if (this.#closing === 'done') throw closed();
    const { log } = this;
    this.events.takeUp(job.runId);
    this.predictors.retire();
    this.previews.retire();
    this.explainer.retire();
    const run = new SupervisedRun({
      log,
      trainerEntry: this.entries.trainer,
      job,
      tell: (body) => this.events.tellRun(job.runId, body),
      settle: (end) => this.ends.write(job.runId, end),
      onRefused: isKept ? null : (detail) => this.refused.keep(detail),
    });
    this.#runs.set(job.runId, run);
    writeLocal(this.home, 'information', `Run ${job.runId} begins, on ${job.plan.network}.`);
    void run.done
      .then(
        ({ status, error }) => this.#noteEnd(job.runId, status, error?.code),
        (error: unknown) => this.#noteEnd(job.runId, 'lost', error instanceof ThawError ? error.code : 'unexpected'),
      )
      .then(() => this.#runs.delete(job.runId));
  }

  /** What ended may be the last thing for a long time: it is in a backup then. */
  #noteEnd(runId: string, status: string, code: string | undefined): void {
    const why = code === undefined ? '' : ` (${code})`;
    writeLocal(this.home, 'information', `Run ${runId} has ended: ${status}${why}.`);
    this.#backup = this.#backup.then(() => this.#backUpIfDue());
  }

  async #backUpIfDue(): Promise<void> {
    const file = logPath(this.home);
    try {
      if (await isBackupDue(file, Date.now())) await inFileThread({ kind: 'backUp', path: file });
    } catch (error) {
      writeLocal(
        this.home,
        'warning',
        `The log could not be backed up: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  underWay(runId: string): SupervisedRun | undefined {
    return this.#runs.get(runId);
  }

  /** The run that this engine has under way; a workspace has one trainer. */
  get activeRun(): string | null {
    return [...this.#runs.keys()].at(-1) ?? null;
  }

  /** Stops what runs, keeping checkpoints, and closes the log. */
  async close(): Promise<void> {
    this.#closing = 'begun';
    await this.queue.close();
    await within(CLOSE_GRACE_MILLISECONDS, Promise.allSettled(this.#starting));
    this.#closing = 'done';
    const tasks = this.tasks.close();
    this.predictors.close();
    this.previews.close();
    this.explainer.close();
    const ends: Promise<RunResult | undefined>[] = [];
    for (const run of this.#runs.values()) {
      run.stop();
      const killer = setTimeout(() => run.kill(), CLOSE_GRACE_MILLISECONDS);
      ends.push(run.done.catch(() => undefined).finally(() => clearTimeout(killer)));
    }
    // What changed begins to be looked at, and is looked at through the index, until then.
    const quiet = Promise.all([tasks, this.watching.close().then(() => this.measuring.close())]);
    await Promise.all([...ends, within(CLOSE_GRACE_MILLISECONDS, quiet)]);
    await within(CLOSE_GRACE_MILLISECONDS, this.#backup);
    this.ends.close();
    this.weights.close();
    await this.fetched.close();
    this.#closeLog();
    this.#index?.close();
    this.#index = null;
    this.#unkept?.close();
    this.#unkept = null;
  }
}
