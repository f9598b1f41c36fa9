import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TaskEvent } from '../../shared/contract/event.ts';
import type { CatalogueEntry } from '../../shared/contract/published-weights.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** How far a download is; `broken` ones, of an error or cancelled (null), go on from where they ended. */
export type Download =
  | {
      readonly kind: 'underWay';
      /** Bytes; a total of 0 is not known yet. */
      readonly done: number;
      readonly total: number;
      readonly bytesPerSecond: number | null;
      readonly secondsLeft: number | null;
      /** What the engine says of it beside the figures. */
      readonly detail: string;
    }
  | { readonly kind: 'broken'; readonly done: number; readonly total: number; readonly error: unknown };

/** One for all windows: whoever looks sees the same download, and none begins it twice. */
const PREFIX = 'weights.get:';
/** A download that another window began has ended when it says nothing for so long. */
const SILENCE_MILLISECONDS = 20_000;

const BEGUN = { kind: 'underWay', done: 0, total: 0, bytesPerSecond: null, secondsLeft: null, detail: '' } as const;

/** Weights that publishers offer, and their downloads, which go on while other views are shown. */
export class PublishedWeightsController {
  entries = $state.raw<readonly CatalogueEntry[] | null>(null);
  problem = $state.raw<unknown>(null);
  downloads = $state.raw<ReadonlyMap<string, Download>>(new Map());
  readonly #transport: Transport;
  /** Begun here. */
  readonly #own = new Set<string>();
  readonly #silence = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Follows downloads, whichever window began them. @returns the function that ends this */
  begin(): () => void {
    return this.#transport.subscribe('task', (event) => {
      if (event.taskId.startsWith(PREFIX)) this.#onProgress(event.taskId.slice(PREFIX.length), event);
    });
  }

  async load(): Promise<void> {
    this.problem = null;
    try {
      this.entries = await this.#transport.invoke('weights.list', {});
    } catch (error) {
      this.problem = error;
    }
  }

  of(network: string | null): readonly CatalogueEntry[] {
    return this.entries?.filter((entry) => entry.network === network) ?? [];
  }

  /** @returns whether the weights are here now; what went wrong stands in `downloads` */
  async get(name: string): Promise<boolean> {
    if (this.downloads.get(name)?.kind === 'underWay') return false;
    this.#own.add(name);
    this.#set(name, BEGUN);
    try {
      const { path } = await this.#transport.invoke('weights.get', { name, taskId: `${PREFIX}${name}` });
      this.entries = this.entries?.map((entry) => (entry.name === name ? { ...entry, path } : entry)) ?? null;
      this.#set(name, null);
      return true;
    } catch (error) {
      const { done = 0, total = 0 } = this.downloads.get(name) ?? {};
      const cancelled = error instanceof ThawError && error.code === 'task.cancelled';
      this.#set(name, { kind: 'broken', done, total, error: cancelled ? null : error });
      return false;
    } finally {
      this.#own.delete(name);
    }
  }

  /** Ends a download; what has come is kept. */
  async cancel(name: string): Promise<void> {
    await this.#transport.invoke('task.cancel', { taskId: `${PREFIX}${name}` });
    const { done = 0, total = 0 } = this.downloads.get(name) ?? {};
    // Its own request tells of one that was begun here.
    if (!this.#own.has(name)) this.#set(name, { kind: 'broken', done, total, error: null });
  }

  #onProgress(name: string, { done, total, ratePerSecond, secondsLeft, detail }: TaskEvent): void {
    clearTimeout(this.#silence.get(name));
    if (!this.#own.has(name))
      this.#silence.set(
        name,
        setTimeout(() => this.#end(name), SILENCE_MILLISECONDS),
      );
    this.#set(name, { kind: 'underWay', done, total, bytesPerSecond: ratePerSecond, secondsLeft, detail });
  }

  #end(name: string): void {
    if (this.#own.has(name)) return;
    if (this.downloads.get(name)?.kind !== 'underWay') return;
    this.#set(name, null);
    void this.load();
  }

  #set(name: string, download: Download | null): void {
    const next = new Map(this.downloads);
    if (download === null) next.delete(name);
    else next.set(name, download);
    this.downloads = next;
  }
}
