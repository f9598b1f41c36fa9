import type { RunEvent } from '../../shared/contract/event.ts';
import {
  MOST_PREDICTIONS,
  type PredictionsPage,
  type PredictionsRequest,
  type RunComparison,
} from '../../shared/contract/compare.ts';
import type { MetricSeries } from '../../shared/contract/series.ts';
import type { Host } from '../transport/host.ts';
import { Batch } from './batch.ts';

const APPLY_INTERVAL_MILLISECONDS = 2000;
const SERIES = ['val_accuracy', 'val_loss', 'accuracy', 'loss', 'learning_rate'] as const;
/** Ten lines of so many points are as much as a chart can show. */
const POINTS = 600;
const PAGE = 40;

export type ComparedAxis = 'step' | 'epoch';
/** Curves, and what they are by: one without the other would be drawn wrong. */
interface ComparedCurves {
  readonly axis: ComparedAxis;
  /** By run, in their order; empty until they have come. */
  readonly series: readonly (readonly MetricSeries[])[];
}

export type ComparedCell = NonNullable<PredictionsRequest['cell']>;

/** Runs side by side: what the log knows of them, their curves, and the images that they took for different classes. */
export class Comparison {
  readonly runIds: readonly string[];
  comparison = $state.raw<RunComparison | null>(null);
  problem = $state.raw<unknown>(null);
  /** What the curves are wanted by. */
  axis = $state<ComparedAxis>('epoch');
  curves = $state.raw<ComparedCurves>({ axis: 'epoch', series: [] });
  /** Of one run's confusion matrix, whose images are wanted instead of those that changed. */
  cell = $state.raw<ComparedCell | null>(null);
  predictions = $state.raw<PredictionsPage | null>(null);
  predictionsProblem = $state.raw<unknown>(null);
  readonly #host: Host;
  readonly #batch = new Batch<RunEvent>(APPLY_INTERVAL_MILLISECONDS, (events) => {
    // What a run made of its images is laid side by side anew as it ends, not with each of its epochs.
    void (events.some(({ body }) => body.kind === 'status') ? this.load() : this.#load());
  });
  #asked = 0;
  #seriesAsked = 0;
  #imagesAsked = 0;
  /** The images are to be read with the rest: an answer that was overtaken by another must not lose them. */
  #imagesDue = false;
  /** The choice that the predictions are of. */
  #shownCell: ComparedCell | null = null;

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
    this.#imagesDue = true;
    await this.#load();
  }

  async #load(): Promise<void> {
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
    if (this.#imagesDue) void this.#loadImages();
    this.#imagesDue = false;
  }

  look(axis: ComparedAxis): void {
    this.axis = axis;
    void this.#loadSeries();
  }

  /** Shows the images of a cell; null those that changed. */
  choose(cell: ComparedCell | null): void {
    this.cell = cell;
    void this.#loadImages();
  }

  /** Shows some more of the images, below those that are shown. */
  async more(): Promise<void> {
    // While another choice is on its way, these are of the one before.
    if (this.predictions === null || this.#shownCell !== this.cell) return;
    const asked = this.#imagesAsked;
    const place = { offset: this.predictions.rows.length, limit: PAGE };
    for (const pictures of [false, true]) if (!(await this.#loadRows(asked, { ...place, pictures }))) return;
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
      if (asked === this.#seriesAsked) this.curves = { axis, series };
    } catch (error) {
      if (asked !== this.#seriesAsked) return;
      this.axis = this.curves.axis;
      this.problem = error;
    }
  }

  /**
   * Reads all rows that are in sight again or, where they are of another choice, its first. First without pictures where none
   * are shown yet: datasets that have to be opened for them may take a while.
   */
  async #loadImages(): Promise<void> {
    const asked = (this.#imagesAsked += 1);
    const isOther = this.#shownCell !== this.cell || this.predictions === null;
    const wanted = isOther ? PAGE : Math.max(PAGE, this.predictions?.rows.length ?? 0);
    for (const pictures of isOther ? [false, true] : [true]) {
      for (let offset = 0; offset < wanted; offset += MOST_PREDICTIONS) {
        const limit = Math.min(MOST_PREDICTIONS, wanted - offset);
        if (!(await this.#loadRows(asked, { offset, limit, pictures }))) return;
      }
    }
  }

  /** @returns whether more may be asked for: there are rows, and no other choice was made meanwhile */
  async #loadRows(asked: number, place: Pick<PredictionsRequest, 'offset' | 'limit' | 'pictures'>): Promise<boolean> {
    const { cell } = this;
    const request = { runIds: [...this.runIds], changedOnly: cell === null, ...(cell && { cell }), ...place };
    try {
      const page = await this.#host.transport.invoke('runs.predictions', request);
      if (asked !== this.#imagesAsked) return false;
      const before = this.#shownCell === cell ? (this.predictions?.rows ?? []) : [];
      const after = before.slice(place.offset + page.rows.length);
      const rows = [...before.slice(0, place.offset), ...page.rows, ...after].slice(0, page.total);
      this.predictions = { ...page, rows };
      this.predictionsProblem = null;
      this.#shownCell = cell;
      return page.rows.length > 0;
    } catch (error) {
      if (asked === this.#imagesAsked) this.predictionsProblem = error;
      return false;
    }
  }
}
