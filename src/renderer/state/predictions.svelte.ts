import type { Prediction, Transport } from '../../shared/contract/endpoint.ts';
import type { PredictionFormat, WrittenPredictions } from '../../shared/contract/write-predictions.ts';
import type { RunSummary } from '../../shared/contract/run.ts';
import { finishedRuns } from './finished-runs.ts';
import { PickedKeys } from './picked-keys.svelte.ts';
import type { PredictedImage } from './predicted-image.ts';
import { nextBatch } from './prediction-batches.ts';
import {
  EVERY_PREDICTION,
  shownPredictions,
  type PredictionFilter,
  type PredictionOrder,
} from './shown-predictions.ts';
import { TransferRate } from './transfer-rate.ts';
import { WrittenFile } from './written-file.svelte.ts';

export type GivenImage = Pick<PredictedImage, 'name' | 'reference' | 'imageId'>;

export const TOP_CHOICES = [1, 3, 5, 10] as const;

/** Images and what a run says about them; kept while other views are shown. */
export class Predictions {
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  /** The predictions of all that was given, of whole folders too. */
  readonly file: WrittenFile<WrittenPredictions>;
  runs = $state.raw<readonly RunSummary[] | null>(null);
  runsProblem = $state.raw<unknown>(null);
  runId = $state<string | null>(null);
  top = $state<number>(3);
  images = $state.raw<readonly PredictedImage[]>([]);
  filter = $state.raw<PredictionFilter>(EVERY_PREDICTION);
  order = $state<PredictionOrder>('given');
  /** A best class less probable than this is unsure; 0 calls none so. */
  readonly #unsureBelow: () => number;
  readonly shown = $derived.by(() => shownPredictions(this.images, this.filter, this.order, this.#unsureBelow()));
  readonly picked = new PickedKeys(() => this.shown.map(({ key }) => key));
  /** The class that a person gave images since they are here, by their keys. */
  labels = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Whether labels are being given. */
  labelling = $state(false);
  busy = $state(false);
  secondsLeft = $state<number | null>(null);
  problem = $state.raw<unknown>(null);
  /** What the images were given as: folders as such, which may hold more than are shown. */
  #given: readonly PredictedImage['reference'][] = [];
  #generation = 0;
  #keys = 0;

  /** @param unsureBelow as it is set now */
  constructor(transport: Pick<Transport, 'invoke' | 'subscribe'>, unsureBelow: () => number = () => 0) {
    this.#transport = transport;
    this.#unsureBelow = unsureBelow;
    this.file = new WrittenFile(transport);
  }

  get run(): RunSummary | null {
    return this.runs?.find(({ runId }) => runId === this.runId) ?? null;
  }

  get done(): number {
    return this.images.reduce((count, { prediction }) => count + (prediction === null ? 0 : 1), 0);
  }

  get waiting(): number {
    return this.images.length - this.done;
  }

  /**
   * Looks for runs that can predict, the newest first, and keeps the chosen one if it still is among them.
   *
   * @param wished the run that another view asked for
   */
  async readRuns(wished: string | null): Promise<void> {
    try {
      this.runs = await finishedRuns(this.#transport);
      this.runsProblem = null;
    } catch (problem) {
      this.runsProblem = problem;
      return;
    }
    const known = (runId: string | null): boolean => this.runs?.some((run) => run.runId === runId) === true;
    const chosen = [wished, this.runId].find((runId) => runId !== null && known(runId));
    this.choose(chosen ?? this.runs[0]?.runId ?? null);
  }

  /** Another run says something else: all images are predicted anew. */
  choose(runId: string | null): void {
    if (runId === this.runId) return;
    this.runId = runId;
    this.#anew();
  }

  showTop(top: number): void {
    if (top === this.top) return;
    this.top = top;
    this.#anew();
  }

  /**
   * Puts images in front of those there are and predicts them.
   *
   * @param from what they were given as
   */
  add(given: readonly GivenImage[], from: readonly PredictedImage['reference'][]): void {
    const added = given.map((image): PredictedImage => {
      this.#keys += 1;
      return { ...image, key: String(this.#keys), prediction: null };
    });
    this.images = [...added, ...this.images];
    this.#given = [...from, ...this.#given];
    void this.predict();
  }

  clear(): void {
    this.#generation += 1;
    this.images = [];
    this.#given = [];
    this.filter = EVERY_PREDICTION;
    this.labels = new Map();
    this.picked.clear();
    this.busy = false;
    this.problem = null;
  }

  /** Writes what the run says of all that was given to a file. @returns null where it failed or was ended */
  async save(format: PredictionFormat): Promise<WrittenPredictions | null> {
    const { runId, top } = this;
    if (runId === null) return null;
    const images = [...this.#given];
    const below = this.#unsureBelow();
    const unsure = below > 0 && { unsureBelow: below };
    const output = { kind: 'fetched' } as const;
    return this.file.write((taskId) =>
      this.#transport.invoke('predictions.write', { runId, top, images, format, ...unsure, output, taskId }),
    );
  }

  /** Notes the class that images were given, to be seen on them. */
  noteLabels(images: readonly PredictedImage[], className: string): void {
    this.labels = new Map([...this.labels, ...images.map(({ key }) => [key, className] as const)]);
  }

  /** Ends after the images that the engine has in hand; those predicted stay. */
  stop(): void {
    this.#generation += 1;
    this.busy = false;
  }

  /** Predicts what waits; goes on with what is added meanwhile. */
  async predict(): Promise<void> {
    if (this.busy || this.runId === null) return;
    const generation = this.#generation;
    const { runId, top } = this;
    const rate = new TransferRate();
    this.busy = true;
    this.problem = null;
    this.secondsLeft = null;
    let size = 0;
    try {
      for (;;) {
        const waiting = this.images.filter(({ prediction }) => prediction === null);
        if (waiting.length === 0) return;
        size = nextBatch(size);
        const batch = waiting.slice(0, size);
        const images = batch.map(({ reference }) => reference);
        const { predictions } = await this.#transport.invoke('predict', { runId, images, top });
        if (generation !== this.#generation) return;
        this.#take(batch, predictions);
        rate.mark(performance.now() / 1000, this.done);
        this.secondsLeft = rate.secondsLeft(this.images.length);
      }
    } catch (problem) {
      if (generation === this.#generation) this.problem = problem;
    } finally {
      if (generation === this.#generation) this.busy = false;
    }
  }

  #take(batch: readonly PredictedImage[], predictions: readonly Prediction[]): void {
    const byKey = new Map(batch.map(({ key }, place) => [key, predictions[place] ?? null]));
    this.images = this.images.map((image) => {
      const prediction = byKey.get(image.key);
      return prediction === undefined ? image : { ...image, prediction };
    });
  }

  #anew(): void {
    this.stop();
    this.problem = null;
    this.images = this.images.map((image) => ({ ...image, prediction: null }));
    void this.predict();
  }
}
