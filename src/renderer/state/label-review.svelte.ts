import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TaskEvent } from '../../shared/contract/event.ts';
import type { LabelMistakes, LabelMistakesRequest, LabelSuspect } from '../../shared/contract/label-mistakes.ts';
import type { DatasetReference } from '../../shared/contract/plan-request.ts';
import type { RunSummary } from '../../shared/contract/run.ts';
import { finishedRuns } from './finished-runs.ts';

/** As many as anyone reviews in one sitting; what is left is found by looking again. */
const REVIEWED_AT_MOST = 500;

type Progress = Pick<TaskEvent, 'done' | 'total' | 'ratePerSecond' | 'secondsLeft' | 'detail'>;
export type LookedBy = LabelMistakesRequest['by'];

/** Labels of the chosen dataset that are hard to believe, and which of them were reviewed. */
export class LabelReview {
  found = $state.raw<LabelMistakes | null>(null);
  /** How far the search is; null while there is none. */
  progress = $state.raw<Progress | null>(null);
  problem = $state.raw<unknown>(null);
  /** Runs that can look, the newest first; null until they are known. */
  runs = $state.raw<readonly RunSummary[] | null>(null);
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  #datasetId: string | null = null;
  #taskId: string | null = null;
  /** Reviewed in this session, by path and label: neither asked again, nor lost when it is looked again. */
  #reviewed = $state.raw<ReadonlySet<string>>(new Set());

  constructor(transport: Pick<Transport, 'invoke' | 'subscribe'>) {
    this.#transport = transport;
  }

  /** What is still to be reviewed, the least believable label first. */
  readonly suspects = $derived.by<readonly LabelSuspect[]>(
    () => this.found?.suspects.filter((suspect) => !this.#reviewed.has(keyOf(suspect))) ?? [],
  );
  readonly reviewed = $derived.by(() => (this.found?.suspects.length ?? 0) - this.suspects.length);

  /** The dataset that is looked at from now on; what was found of another one is forgotten. */
  follow(datasetId: string): void {
    if (datasetId === this.#datasetId) return;
    this.cancel();
    this.#datasetId = datasetId;
    this.found = null;
    this.problem = null;
    this.#reviewed = new Set();
  }

  /** Reads which runs can look; a failure stands in `problem`. */
  async readRuns(): Promise<void> {
    try {
      this.runs = (await finishedRuns(this.#transport)).filter(({ network }) => network !== '');
    } catch (problem) {
      this.runs ??= [];
      this.problem = problem;
    }
  }

  async look(dataset: DatasetReference, by: LookedBy): Promise<void> {
    this.cancel();
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    this.problem = null;
    this.progress = { done: 0, total: 0, ratePerSecond: null, secondsLeft: null, detail: '' };
    const unsubscribe = this.#transport.subscribe('task', (event) => {
      if (event.taskId === taskId && this.#isWanted(taskId)) this.progress = event;
    });
    try {
      const found = await this.#transport.invoke('dataset.labelMistakes', {
        dataset,
        by,
        limit: REVIEWED_AT_MOST,
        taskId,
      });
      if (this.#isWanted(taskId)) this.found = found;
    } catch (problem) {
      if (this.#isWanted(taskId)) this.problem = problem;
    } finally {
      unsubscribe();
      if (this.#isWanted(taskId)) {
        this.#taskId = null;
        this.progress = null;
      }
    }
  }

  /** Ends the search; features that were taken are kept. */
  cancel(): void {
    if (this.#taskId === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#taskId = null;
    this.progress = null;
  }

  /** Asks no more of an image, as long as it has this label. */
  settle(suspect: LabelSuspect): void {
    this.#reviewed = new Set(this.#reviewed).add(keyOf(suspect));
  }

  /** Begins the review from its beginning. */
  reviewAgain(): void {
    this.#reviewed = new Set();
  }

  // A method, since another search may begin while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.#taskId === taskId;
  }
}

function keyOf({ path, label }: LabelSuspect): string {
  return `${path}\0${label}`;
}
