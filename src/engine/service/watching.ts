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
  timer: NodeJS.Timeout | null;
  /** When the first change came that was not looked at yet. */
  since: number | null;
  /** Whether it was told last that it cannot be used. */
  failed: boolean;
  /** Reads it again; follows the reading under way. */
  reading: Promise<void>;
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

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Watches a dataset from now on, as it is laid out now.
   *
   * @param readAt when its reading began, in milliseconds since 1970: what changed since is looked at, too
   * @returns why it is not watched, as a sentence; null where it is
   */
  async begin({ datasetId, original: { root } }: OpenedDataset, readAt: number): Promise<string | null> {
    const before = this.#watched.get(datasetId);
    if (before && before.watch.root !== root) this.#end(datasetId);
    const watched = this.#watched.get(datasetId) ?? {
      watch: new FolderWatch(root, () => this.#changed(datasetId)),
      timer: null,
      since: null,
      failed: false,
      reading: Promise.resolve(),
    };
    this.#watched.delete(datasetId);
    this.#watched.set(datasetId, watched);
    const [oldest] = this.#watched.keys();
    if (this.#watched.size > MOST_WATCHED && oldest !== undefined) this.#end(oldest);
    const problem = await watched.watch.begin();
    if (await watched.watch.changedSince(readAt)) this.#changed(datasetId);
    return problem;
  }

  /** Ends all, with the readings under way. */
  async close(): Promise<void> {
    const readings = [...this.#watched.values()].map(({ reading }) => reading);
    for (const datasetId of [...this.#watched.keys()]) this.#end(datasetId);
    await Promise.all(readings);
  }

  #end(datasetId: string): void {
    const watched = this.#watched.get(datasetId);
    if (!watched) return;
    this.#watched.delete(datasetId);
    if (watched.timer) clearTimeout(watched.timer);
    watched.watch.close();
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
      watched.reading = watched.reading.then(() => this.#readAgain(datasetId, watched));
    }, wait);
    watched.timer.unref();
  }

  async #readAgain(datasetId: string, watched: Watched): Promise<void> {
    const { datasets, events, measuring } = this.#context;
    if (this.#watched.get(datasetId) !== watched) return;
    if (!events.hears('dataset')) {
      this.#end(datasetId);
      return;
    }
    const tell = (counts: typeof UNCHANGED, problem: string | null): void => {
      const event: DatasetEvent = { datasetId, change: 'files', ...counts, problem };
      watched.failed = problem !== null;
      if (this.#watched.get(datasetId) === watched) events.tellDataset(event);
    };
    try {
      const before = await datasets.byId(datasetId);
      const task = { signal: new AbortController().signal, report: () => undefined };
      const after = await datasets.open(before.source, task);
      await watched.watch.begin();
      if (!watched.failed && shown(before) === shown(after)) return;
      tell(after.original.indexed?.changes ?? UNCHANGED, null);
      measuring.begin(datasetId);
    } catch (error) {
      tell(UNCHANGED, error instanceof Error ? error.message : String(error));
    }
  }
}
