import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunSummary } from '../../shared/contract/run.ts';
import { finishedRuns } from './finished-runs.ts';

/** Finished runs, whose best checkpoints a new run may begin from. */
export class PastWeights {
  runs = $state.raw<readonly RunSummary[]>([]);
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(): Promise<void> {
    this.runs = await finishedRuns(this.#transport);
  }

  /** The newest first, archived ones last. */
  of(network: string | null | undefined): readonly RunSummary[] {
    return this.runs.filter((run) => run.network === network);
  }
}
