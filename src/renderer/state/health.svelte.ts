import type { DatasetHealth, HealthFinding } from '../../shared/contract/dataset-health.ts';
import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TaskEvent } from '../../shared/contract/event.ts';
import type { DatasetReference } from '../../shared/contract/plan-request.ts';
import { imagesOf } from './images-of.ts';

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
  /** What is left of the report where some of it was mended, by the version that came of that. */
  #left = $state.raw<ReadonlyMap<string, readonly HealthFinding[]>>(new Map());

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  readonly findings = $derived.by<readonly HealthFinding[]>(() => this.#leftOf(this.#dataset?.version));
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
    const small = imagesOf(dataset.counts) + dataset.unlabelled <= LOOKED_AT_AGAIN;
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
      this.#left = new Map();
      this.#version = dataset.version;
    } catch (problem) {
      if (this.#isWanted(taskId)) this.problem = problem;
    } finally {
      unsubscribe();
      if (this.#isWanted(taskId)) this.looking = null;
    }
  }

  /** What was found of a dataset, without what is mended in this version; null for one that was not looked at. */
  findingsOf({ datasetId, version }: Pick<DatasetView, 'datasetId' | 'version'>): readonly HealthFinding[] | null {
    return this.report === null || this.#dataset?.datasetId !== datasetId ? null : this.#leftOf(version);
  }

  /**
   * Leaves out what was mended, until every image is looked at again or it is no longer mended.
   *
   * @param before what was mended
   * @param after what came of it; where that is another dataset, or the same version, nothing is left out
   * @param imageIds of the groups that were; undefined for all of the kind
   */
  leaveOut(
    before: Pick<DatasetView, 'datasetId' | 'version'>,
    after: Pick<DatasetView, 'datasetId' | 'version'> | null,
    kind: HealthFinding['kind'],
    imageIds: readonly string[] | undefined,
  ): void {
    if (after?.datasetId !== before.datasetId || after.version === before.version) return;
    if (this.#dataset?.datasetId !== before.datasetId) return;
    const mended = imageIds && new Set(imageIds);
    const findings = this.#leftOf(before.version).flatMap((finding): HealthFinding[] => {
      if (finding.kind !== kind) return [finding];
      const groups = mended ? finding.groups.filter((group) => !group.some(({ imageId }) => mended.has(imageId))) : [];
      return groups.length === 0 ? [] : [{ ...finding, groups }];
    });
    this.#left = new Map(this.#left).set(after.version, findings);
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
    this.#left = new Map();
    this.problem = null;
    this.chosen = null;
    this.#version = null;
  }

  #leftOf(version: string | undefined): readonly HealthFinding[] {
    return this.#left.get(version ?? '') ?? this.report?.findings ?? [];
  }

  // A method, since another look may begin while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.looking?.taskId === taskId;
  }
}
