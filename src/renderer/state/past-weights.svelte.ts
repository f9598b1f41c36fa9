import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunSummary } from '../../shared/contract/run.ts';

/** More than anyone has of one network. */
const READ_AT_MOST = 2000;

/** Finished runs, whose best checkpoints a new run may begin from. */
export class PastWeights {
  runs = $state.raw<readonly RunSummary[]>([]);
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(): Promise<void> {
    this.runs = (await this.#transport.invoke('runs.list', { status: 'finished', limit: READ_AT_MOST })).runs;
  }

  /** The newest first. */
  of(network: string | null | undefined): readonly RunSummary[] {
    return this.runs.filter((run) => run.network === network);
  }
}
