import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunSummary } from '../../shared/contract/run.ts';

const SHOWN_AT_MOST = 20;

/** Finished runs, whose best checkpoints a new run may begin from. */
export class PastWeights {
  runs = $state.raw<readonly RunSummary[]>([]);
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(): Promise<void> {
    this.runs = await this.#transport.invoke('runs.list', { status: 'finished', limit: SHOWN_AT_MOST });
  }

  of(network: string | null | undefined): readonly RunSummary[] {
    return this.runs.filter((run) => run.network === network);
  }
}
