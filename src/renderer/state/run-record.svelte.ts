import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunEdit } from '../../shared/contract/run-edit.ts';
import type { RunRelatives } from '../../shared/contract/run-relatives.ts';
import { Batch } from './batch.ts';

const APPLY_INTERVAL_MILLISECONDS = 500;

/** What people make of one run, and where it stands among others. */
export class RunRecord {
  relatives = $state.raw<RunRelatives | null>(null);
  readonly #transport: Transport;
  readonly #runId: string;
  readonly #reread: () => Promise<void>;
  /** Whether this run itself is among those that were told of. */
  readonly #batch = new Batch<boolean>(APPLY_INTERVAL_MILLISECONDS, (own) => {
    if (own.includes(true)) void this.#reread();
    void this.load().catch(() => undefined);
  });
  #asked = 0;

  /** @param reread reads the run's detail again */
  constructor(transport: Transport, runId: string, reread: () => Promise<void>) {
    this.#transport = transport;
    this.#runId = runId;
    this.#reread = reread;
  }

  /** Follows what is changed elsewhere: in another window, by a command. @returns the function that ends it */
  begin(): () => void {
    const end = this.#transport.subscribe('runs', ({ runIds }) => {
      // Too many are not named.
      this.#batch.push([runIds.length === 0 || runIds.includes(this.#runId)]);
    });
    return () => {
      end();
      this.#batch.clear();
    };
  }

  /** @throws ThawError `run.unknown` */
  async load(): Promise<void> {
    const asked = (this.#asked += 1);
    const relatives = await this.#transport.invoke('runs.relatives', { runId: this.#runId });
    if (asked === this.#asked) this.relatives = relatives;
  }

  /** Changes what people make of it, and shows that. */
  async edit(change: RunEdit['change']): Promise<void> {
    await this.#transport.invoke('runs.edit', { runIds: [this.#runId], change });
    await this.#reread();
  }
}
