import { setTimeout } from 'node:timers/promises';
import type { DatasetIndex } from '../dataset/index/dataset-index.ts';
import { ProgressReporter } from '../training/progress.ts';
import type { Datasets } from './datasets.ts';
import type { EventHub } from './event-hub.ts';
import { seeImages } from './seen-images.ts';

/** What nobody waits for leaves the machine to what somebody does. */
const AT_A_TIME = 2;
/** How often it is looked whether a run still trains. */
const LOOK_MILLISECONDS = 1_000;
/** After somebody asked for images, the next are likely to be asked for within so long. */
const QUIET_MILLISECONDS = 1_000;

/** What it needs of the service. */
interface Context {
  readonly datasets: Datasets;
  readonly events: EventHub;
  readonly indexIfAny: DatasetIndex | null;
  readonly activeRun: string | null;
}

/**
 * Looks at the images of opened datasets in the background, one dataset after the other, while no run trains and nobody looks
 * at pictures.
 */
export class Measuring {
  readonly #context: Context;
  readonly #underWay = new Map<string, AbortController>();
  #last: Promise<void> = Promise.resolve();
  #closed = false;
  #quietFrom = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Told of each list of images, and each picture, that somebody waits for. */
  giveWay(): void {
    this.#quietFrom = performance.now() + QUIET_MILLISECONDS;
  }

  /** Looks at the images of a dataset that are not known yet, anew where its files have changed. */
  begin(datasetId: string): void {
    if (this.#closed) return;
    this.end(datasetId);
    // The pictures of its first screen are asked for next.
    this.giveWay();
    const controller = new AbortController();
    this.#underWay.set(datasetId, controller);
    this.#last = this.#last.then(() => this.#measure(datasetId, controller));
  }

  /** Ends looking at a dataset; what was seen is kept. @returns whether it was looked at */
  end(datasetId: string): boolean {
    this.#underWay.get(datasetId)?.abort();
    return this.#underWay.delete(datasetId);
  }

  /** Ends all, once what was seen is written; nothing is looked at any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const datasetId of [...this.#underWay.keys()]) this.end(datasetId);
    await this.#last;
  }

  async #measure(datasetId: string, controller: AbortController): Promise<void> {
    const { signal } = controller;
    const { datasets, events } = this.#context;
    let reporter: ProgressReporter | null = null;
    const report = (done: number, total: number): void => {
      // What was known before says nothing of the pace.
      reporter ??= new ProgressReporter(
        (body) => {
          if (body.kind !== 'progress' || signal.aborted) return;
          const { done: seen, total: all, ratePerSecond, secondsLeft } = body;
          events.tellDataset({ datasetId, change: 'measured', done: seen, total: all, ratePerSecond, secondsLeft });
        },
        'prepare',
        'image',
        { first: done },
      );
      reporter.report(done, total);
    };
    try {
      await this.#quiet(signal);
      signal.throwIfAborted();
      const opened = await datasets.byId(datasetId, { signal, report: () => undefined });
      await seeImages(opened, this.#context.indexIfAny, {
        signal,
        report,
        atATime: AT_A_TIME,
        turn: () => this.#turn(signal),
      });
    } catch {
      // It was ended, or whoever asks for the dataset itself is told why it cannot be read.
    } finally {
      if (this.#underWay.get(datasetId) === controller) this.#underWay.delete(datasetId);
    }
  }

  /** Until nothing has been asked for a while. */
  async #quiet(signal: AbortSignal): Promise<void> {
    const left = (): number => Math.ceil(this.#quietFrom - performance.now());
    for (let wait = left(); wait > 0; wait = left()) await setTimeout(wait, undefined, { signal, ref: false });
  }

  async #turn(signal: AbortSignal): Promise<void> {
    while (this.#context.activeRun !== null) await setTimeout(LOOK_MILLISECONDS, undefined, { signal, ref: false });
    await this.#quiet(signal);
  }
}
