import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunRow } from '../../shared/contract/run-list.ts';
import type { ConnectionState } from '../../shared/contract/bridge.ts';
import { Batch } from './batch.ts';

const APPLY_INTERVAL_MILLISECONDS = 500;

/** More are in the list of runs. */
const MOST_SHOWN = 20;

/** The runs whose process ended without a word, which a person may take up again or throw away. */
export class InterruptedRuns {
  shown = $state.raw<readonly RunRow[]>([]);
  total = $state(0);
  /** Put off until the window is opened again. */
  later = $state(false);
  readonly #transport: Transport;
  readonly #batch = new Batch<null>(APPLY_INTERVAL_MILLISECONDS, () => void this.load());
  #asked = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Reads them, and again whenever that may have changed. @returns the function that ends this */
  begin(onConnection: (listener: (state: ConnectionState) => void) => () => void): () => void {
    const ends = [
      this.#transport.subscribe('runs', () => this.#batch.push([null])),
      this.#transport.subscribe('run', ({ body }) => {
        if (body.kind === 'status') this.#batch.push([null]);
      }),
      () => this.#batch.clear(),
      onConnection((state) => {
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
      const { runs, total } = await this.#transport.invoke('runs.list', { status: 'interrupted', limit: MOST_SHOWN });
      if (asked !== this.#asked) return;
      this.shown = runs;
      this.total = total;
    } catch {
      // What is wrong with the log, the list of runs tells.
    }
  }
}
