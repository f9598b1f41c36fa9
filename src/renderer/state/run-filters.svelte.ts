import type { Transport } from '../../shared/contract/endpoint.ts';
import type { SavedFilter } from '../../shared/contract/run-query.ts';

/** Queries that were saved under a name; all windows and the command line share them. */
export class RunFilters {
  list = $state.raw<readonly SavedFilter[]>([]);
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #onFailure: (error: unknown) => void;

  constructor(transport: Pick<Transport, 'invoke'>, onFailure: (error: unknown) => void) {
    this.#transport = transport;
    this.#onFailure = onFailure;
  }

  async load(): Promise<void> {
    await this.#take(this.#transport.invoke('filters.list', {}));
  }

  /** Saves a query; a filter of the same name is replaced. @returns whether it was saved */
  save(name: string, query: string): Promise<boolean> {
    return this.#take(this.#transport.invoke('filters.save', { name, query }));
  }

  /** @returns whether it is gone */
  delete(name: string): Promise<boolean> {
    return this.#take(this.#transport.invoke('filters.delete', { name }));
  }

  async #take(answer: Promise<SavedFilter[]>): Promise<boolean> {
    try {
      this.list = await answer;
      return true;
    } catch (error) {
      this.#onFailure(error);
      return false;
    }
  }
}
