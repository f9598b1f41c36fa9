import { realpath } from 'node:fs/promises';
import type { DatasetEvent } from '../../shared/contract/dataset-event.ts';
import { FolderWatch } from '../dataset/watch-folders.ts';
import type { Datasets, OpenedDataset } from './datasets.ts';
import type { EventHub } from './event-hub.ts';
import type { Measuring } from './measuring.ts';

/** Files come one after the other: a folder is read again once it has been quiet for so long, or after the longest wait. */
const QUIET_MILLISECONDS = 400;
const LONGEST_MILLISECONDS = 5_000;
/** Those opened last; of others changes are found when they are opened again. */
const MOST_WATCHED = 2;

/** What it needs of the service. */
interface Context {
  readonly datasets: Datasets;
  readonly events: EventHub;
  readonly measuring: Measuring;
}

interface Watched {
  readonly watch: FolderWatch;
  /** Aborted once it is watched no longer. */
  readonly ending: AbortController;
  timer: NodeJS.Timeout | null;
  /** When the first change came that was not looked at yet. */
  since: number | null;
  /** Whether it was told last that it cannot be used. */
  failed: boolean;
  /** Reads it again. */
  reading: Promise<void> | null;
  /** Whether it changed while it was read. */
  again: boolean;
  /** Why it is not watched, or not all of it. */
  problem: string | null;
}

/** A folder that is watched before it is read: what changes meanwhile is not missed. */
export interface WatchedAhead {
  readonly watch: FolderWatch;
  changed: boolean;
}

/** What a window shows of a dataset, as far as its folder decides it. */
function shown({ original, dataset }: OpenedDataset): string {
  const { classes, unlabelled, skipped, structure } = original;
  return JSON.stringify([classes, unlabelled, skipped, structure.structure, dataset?.version]);
}

const UNCHANGED = { added: 0, changed: 0, moved: 0, removed: 0 };

/** Watches the folders of datasets that windows have open, reads them again where they change, and tells what became of them. */
export class Watching {
  readonly #context: Context;
  readonly #watched = new Map<string, Watched>();
  #closed = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Watches a folder that is about to be read; null where there is none. What it returns is given to `begin`, or closed. */
  async ahead(folder: string): Promise<WatchedAhead | null> {
    const root = await realpath(folder).catch(() => null);
    if (root === null) return null;
    const ahead = { watch: new FolderWatch(root, () => (ahead.changed = true)), changed: false };
    await ahead.watch.begin();
    return ahead;
  }

  /**
   * Watches a dataset from now on, as it is laid out now.
   *
   * @param ahead what watched its folder while it was read; without it, the folder is read once more
   * @returns why it is not watched, as a sentence; null where it is
   */
  async begin({ datasetId, original: { root } }: OpenedDataset, ahead: WatchedAhead | null): Promise<string | null> {
    const before = this.#watched.get(datasetId);
    if (before && before.watch.root !== root) this.#end(datasetId);
    const held = this.#watched.get(datasetId);
    const own = !held && !this.#closed && ahead?.watch.root === root ? ahead.watch : null;
    if (!own) ahead?.watch.close();
    if (this.#closed) return null;
    const watched = held ?? this.#newWatched(own ?? new FolderWatch(root, () => undefined));
    watched.watch.onChange = () => this.#changed(datasetId);
    this.#watched.delete(datasetId);
    this.#watched.set(datasetId, watched);
    const [oldest] = this.#watched.keys();
    if (this.#watched.size > MOST_WATCHED && oldest !== undefined) this.#end(oldest);
    const { problem, grown } = await watched.watch.begin();
    watched.problem = problem;
    if (grown || (own && ahead?.changed)) this.#changed(datasetId);
    return problem;
  }

  /** Why a dataset that a window has open is not watched, or not all of it; null where it is. */
  problemOf(datasetId: string): string | null {
    return this.#watched.get(datasetId)?.problem ?? null;
  }

  /** Ends all, with the readings under way. */
  async close(): Promise<void> {
    this.#closed = true;
    const readings = [...this.#watched.values()].flatMap(({ reading }) => reading ?? []);
    for (const datasetId of [...this.#watched.keys()]) this.#end(datasetId);
    await Promise.all(readings);
  }

  #newWatched(watch: FolderWatch): Watched {
    const ending = new AbortController();
    return { watch, ending, timer: null, since: null, failed: false, reading: null, again: false, problem: null };
  }

  #end(datasetId: string): void {
    const watched = this.#watched.get(datasetId);
    if (!watched) return;
    this.#watched.delete(datasetId);
    if (watched.timer) clearTimeout(watched.timer);
    watched.watch.close();
    watched.ending.abort();
  }

  #changed(datasetId: string): void {
    const watched = this.#watched.get(datasetId);
    if (!watched) return;
    const now = performance.now();
    watched.since ??= now;
    if (watched.timer) clearTimeout(watched.timer);
    const wait = Math.max(0, Math.min(QUIET_MILLISECONDS, watched.since + LONGEST_MILLISECONDS - now));
    watched.timer = setTimeout(() => {
      watched.timer = null;
      watched.since = null;
      // A long copy changes it many times while it is read once.
      if (watched.reading) watched.again = true;
      else this.#read(datasetId, watched);
    }, wait);
    watched.timer.unref();
  }

  #read(datasetId: string, watched: Watched): void {
    watched.again = false;
    watched.reading = this.#readAgain(datasetId, watched).then(() => {
      watched.reading = null;
      if (watched.again && !watched.ending.signal.aborted) this.#changed(datasetId);
    });
  }

  async #readAgain(datasetId: string, watched: Watched): Promise<void> {
    const { datasets, events, measuring } = this.#context;
    const { signal } = watched.ending;
    if (!events.hears('dataset')) {
      this.#end(datasetId);
      return;
    }
    const tell = (counts: typeof UNCHANGED, problem: string | null): void => {
      const event: DatasetEvent = { datasetId, change: 'files', ...counts, problem };
      watched.failed = problem !== null;
      events.tellDataset(event);
    };
    try {
      const task = { signal, report: () => undefined };
      const before = await datasets.byId(datasetId, task);
      await watched.watch.begin();
      const after = await datasets.open(before.source, task);
      const { problem, grown } = await watched.watch.begin();
      signal.throwIfAborted();
      watched.problem = problem;
      // What changed in a folder before it was watched nobody told.
      if (grown) watched.again = true;
      if (!watched.failed && shown(before) === shown(after)) return;
      tell(after.original.indexed?.changes ?? UNCHANGED, null);
      measuring.begin(datasetId);
    } catch (error) {
      if (!signal.aborted) tell(UNCHANGED, error instanceof Error ? error.message : String(error));
    }
  }
}
