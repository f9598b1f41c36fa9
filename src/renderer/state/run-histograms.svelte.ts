import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TensorHistograms } from '../../shared/contract/histograms.ts';

/** How a run's head and logits were spread over its steps. */
export class RunHistograms {
  shown = $state.raw<readonly TensorHistograms[]>([]);
  readonly #transport: Transport;
  #runId = '';

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(runId: string): Promise<void> {
    if (runId !== this.#runId) this.shown = [];
    this.#runId = runId;
    const histograms = await this.#transport.invoke('runs.histograms', { runId });
    if (runId === this.#runId) this.shown = histograms;
  }
}
