import type { RunEvent } from '../../shared/contract/event.ts';
import type { PredictionsPage, PredictionsRequest, RunComparison } from '../../shared/contract/compare.ts';
import type { MetricSeries } from '../../shared/contract/series.ts';
import type { Host } from '../transport/host.ts';
import { Batch } from './batch.ts';

const APPLY_INTERVAL_MILLISECONDS = 2000;
const SERIES = ['val_accuracy', 'val_loss', 'accuracy', 'loss', 'learning_rate'] as const;
/** Ten lines of so many points are as much as a chart can show. */
const POINTS = 600;
const PAGE = 40;

export type ComparedAxis = 'step' | 'epoch';
export type ComparedCell = NonNullable<PredictionsRequest['cell']>;

/** Runs side by side: what the log knows of them, their curves, and the images that they took for different classes. */
export class Comparison {
  readonly runIds: readonly string[];
  comparison = $state.raw<RunComparison | null>(null);
  problem = $state.raw<unknown>(null);
  axis = $state<ComparedAxis>('epoch');
  /** By run, in their order; empty until they have come. */
  series = $state.raw<readonly (readonly MetricSeries[])[]>([]);
  /** Of one run's confusion matrix, whose images are wanted instead of those that changed. */
  cell = $state.raw<ComparedCell | null>(null);
  predictions = $state.raw<PredictionsPage | null>(null);
  predictionsProblem = $state.raw<unknown>(null);
  readonly #host: Host;
  readonly #batch = new Batch<RunEvent>(APPLY_INTERVAL_MILLISECONDS, () => void this.load());
  #asked = 0;
  #seriesAsked = 0;
  #imagesAsked = 0;

  constructor(host: Host, runIds: readonly string[]) {
    this.#host = host;
    this.runIds = runIds;
  }

  /** Reads everything, and again as runs go on. @returns the function that ends it */
  begin(): () => void {
    const ends = [
      this.#host.transport.subscribe('run', (event) => {
        const tells = event.body.kind === 'epoch' || event.body.kind === 'status';
        if (tells && this.runIds.includes(event.runId)) this.#batch.push([event]);
      }),
      () => this.#batch.clear(),
      this.#host.onConnection((state) => {
        if (state !== 'lost') void this.load();
      }),
    ];
    void this.load();
    return () => {
      for (const end of ends) end();
    };
  }

  async load(): Promise<void> {
    const asked = (this.#asked += 1);
    try {
      const comparison = await this.#host.transport.invoke('runs.compare', { runIds: [...this.runIds] });
      if (asked !== this.#asked) return;
      this.comparison = comparison;
      this.problem = null;
    } catch (error) {
      if (asked === this.#asked) this.problem = error;
      return;
    }
    void this.#loadSeries();
    void this.#loadImages(this.predictions?.rows.length ?? 0);
  }

  look(axis: ComparedAxis): void {
    this.axis = axis;
    void this.#loadSeries();
  }

  /** Shows the images of a cell; null those that changed. */
  choose(cell: ComparedCell | null): void {
    this.cell = cell;
    void this.#loadImages(0);
  }

  async more(): Promise<void> {
    await this.#loadImages((this.predictions?.rows.length ?? 0) + PAGE);
  }

  async #loadSeries(): Promise<void> {
    const asked = (this.#seriesAsked += 1);
    const { axis } = this;
    try {
      const series = await Promise.all(
        this.runIds.map((runId) =>
          this.#host.transport.invoke('runs.series', { runId, by: axis, keys: [...SERIES], maxPoints: POINTS }),
        ),
      );
      if (asked === this.#seriesAsked) this.series = series;
    } catch (error) {
      if (asked === this.#seriesAsked) this.problem = error;
    }
  }

  /** First without pictures: datasets that have to be opened for them may take a while. @param wanted rows at least */
  async #loadImages(wanted: number): Promise<void> {
    const asked = (this.#imagesAsked += 1);
    const { cell } = this;
    const request = {
      runIds: [...this.runIds],
      changedOnly: cell === null,
      ...(cell && { cell }),
      offset: 0,
      limit: Math.min(500, Math.max(PAGE, wanted)),
    };
    try {
      for (const pictures of [false, true]) {
        const page = await this.#host.transport.invoke('runs.predictions', { ...request, pictures });
        if (asked !== this.#imagesAsked) return;
        this.predictions = page;
        this.predictionsProblem = null;
        if (page.rows.length === 0) return;
      }
    } catch (error) {
      if (asked === this.#imagesAsked) this.predictionsProblem = error;
    }
  }
}
