import type { DatasetView, RecentDataset } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TaskEvent } from '../../shared/contract/event.ts';
import type { DatasetReference } from '../../shared/contract/plan-request.ts';

/** How far the reading of a dataset is; `total` is 0 until it is known. */
export type Opening = Pick<TaskEvent, 'taskId' | 'done' | 'total' | 'ratePerSecond' | 'secondsLeft'>;

/** What was opened before, laid out as it was said to be then. */
function grantOf({ grantId, structure }: RecentDataset): DatasetReference {
  return { kind: 'granted', grantId, ...(structure && { structure }) };
}

/** The dataset that the plan trains on: chosen once, used by every view. */
export class DatasetChoice {
  /** How the engine is told which; names a grant of this engine's, or the sample. */
  reference = $state.raw<DatasetReference>({ kind: 'sample' });
  /** null until it was read. */
  dataset = $state.raw<DatasetView | null>(null);
  /** How far the reading is; null when nothing is being read. */
  opening = $state.raw<Opening | null>(null);
  /** Why the last one could not be opened; the one before stays chosen. */
  problem = $state.raw<unknown>(null);
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Reads a folder and chooses it; a failure stands in `problem` and leaves the choice as it was.
   *
   * @returns the dataset, or null where it could not be opened or was superseded
   */
  async open(reference: DatasetReference): Promise<DatasetView | null> {
    const taskId = crypto.randomUUID();
    this.cancel();
    this.opening = { taskId, done: 0, total: 0, ratePerSecond: null, secondsLeft: null };
    this.problem = null;
    const unsubscribe = this.#transport.subscribe('task', (event) => {
      if (event.taskId === taskId && this.opening?.taskId === taskId) this.opening = event;
    });
    try {
      const dataset = await this.#transport.invoke('dataset.open', { dataset: reference, taskId });
      if (!this.#isReading(taskId)) return null;
      this.reference = reference;
      this.dataset = dataset;
      return dataset;
    } catch (error) {
      if (this.#isReading(taskId)) this.problem = error;
      return null;
    } finally {
      unsubscribe();
      if (this.#isReading(taskId)) this.opening = null;
    }
  }

  // A method, since another reading may begin while an answer is awaited, which the compiler does not see.
  #isReading(taskId: string): boolean {
    return this.opening?.taskId === taskId;
  }

  /** Ends the reading under way; what was chosen before stays. */
  cancel(): void {
    if (this.opening === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.opening.taskId }).catch(() => undefined);
    this.opening = null;
  }

  /** After the engine came back its ids and grants are new: finds the same folder among the recent ones. */
  async reopen(): Promise<void> {
    if (this.reference.kind === 'sample' || this.dataset === null) {
      await this.open(this.reference);
      return;
    }
    const root = this.dataset.root;
    const recent = await this.#transport.invoke('dataset.recent', {});
    const same = recent.find((candidate) => candidate.root === root);
    await this.open(same === undefined ? this.reference : grantOf(same));
  }
}
