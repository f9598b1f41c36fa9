import type { DatasetHealth, HealthFinding } from '../../shared/contract/dataset-health.ts';
import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TaskEvent } from '../../shared/contract/event.ts';
import type { DatasetReference } from '../../shared/contract/plan.ts';

/** How far the look at every image is; `total` is 0 until it is known. */
export type Looking = Pick<TaskEvent, 'taskId' | 'done' | 'total' | 'ratePerSecond' | 'secondsLeft' | 'detail'>;

/** Where every image is looked at anew without being asked once something has changed: it is over before one would ask. */
const LOOKED_AT_AGAIN = 2000;

type Dataset = Pick<DatasetView, 'datasetId' | 'version' | 'counts' | 'unlabelled'>;

/** What was found of the chosen dataset, for as long as it stays chosen. */
export class HealthController {
  /** The last that was found; stays shown while every image is looked at again. */
  report = $state.raw<DatasetHealth | null>(null);
  looking = $state.raw<Looking | null>(null);
  problem = $state.raw<unknown>(null);
  /** The finding whose images are shown, as it was chosen; null for the first. */
  chosen = $state<HealthFinding['kind'] | null>(null);
  readonly #transport: Transport;
  #dataset = $state.raw<Dataset | null>(null);
  /** The version that was looked at. */
  #version = $state<string | null>(null);

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  readonly findings = $derived<readonly HealthFinding[]>(this.report?.findings ?? []);
  readonly shown = $derived.by(
    () => this.findings.find(({ kind }) => kind === this.chosen) ?? this.findings[0] ?? null,
  );
  /** Whether the report tells of the dataset as it no longer is. */
  readonly stale = $derived.by(() => this.report !== null && this.#dataset?.version !== this.#version);

  /**
   * The dataset that is looked at. Another one is looked at from the beginning; of one that has changed a small one is
   * looked at again, and of a large one it is told.
   */
  follow(dataset: Dataset, reference: DatasetReference): void {
    const before = this.#dataset;
    this.#dataset = dataset;
    if (before?.datasetId !== dataset.datasetId) {
      this.#forget();
      void this.look(reference);
      return;
    }
    if (before.version === dataset.version) return;
    const { train, validation, test } = dataset.counts;
    const small = train + validation + test + dataset.unlabelled <= LOOKED_AT_AGAIN;
    if (small || this.looking !== null) void this.look(reference);
  }

  /** Looks at every image. A failure stands in `problem`; what was cancelled leaves things as they were. */
  async look(reference: DatasetReference): Promise<void> {
    const dataset = this.#dataset;
    if (dataset === null) return;
    this.cancel();
    const taskId = crypto.randomUUID();
    this.looking = { taskId, done: 0, total: 0, ratePerSecond: null, secondsLeft: null, detail: '' };
    this.problem = null;
    const unsubscribe = this.#transport.subscribe('task', (event) => {
      if (event.taskId === taskId && this.#isWanted(taskId)) this.looking = event;
    });
    try {
      const report = await this.#transport.invoke('dataset.inspect', { dataset: reference, taskId });
      if (!this.#isWanted(taskId)) return;
      this.report = report;
      this.#version = dataset.version;
    } catch (problem) {
      if (this.#isWanted(taskId)) this.problem = problem;
    } finally {
      unsubscribe();
      if (this.#isWanted(taskId)) this.looking = null;
    }
  }

  /**
   * Leaves out what was mended, until every image is looked at again.
   *
   * @param imageIds of the groups that were; undefined for all of the kind
   */
  leaveOut(kind: HealthFinding['kind'], imageIds: readonly string[] | undefined): void {
    if (this.report === null) return;
    const mended = imageIds && new Set(imageIds);
    const findings = this.report.findings.flatMap((finding): HealthFinding[] => {
      if (finding.kind !== kind) return [finding];
      const groups = mended ? finding.groups.filter((group) => !group.some(({ imageId }) => mended.has(imageId))) : [];
      return groups.length === 0 ? [] : [{ ...finding, groups }];
    });
    this.report = { ...this.report, findings };
  }

  /** Ends the look under way. */
  cancel(): void {
    if (this.looking === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.looking.taskId }).catch(() => undefined);
    this.looking = null;
  }

  #forget(): void {
    this.cancel();
    this.report = null;
    this.problem = null;
    this.chosen = null;
    this.#version = null;
  }

  // A method, since another look may begin while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.looking?.taskId === taskId;
  }
}
