import type { Transport } from '../../shared/contract/endpoint.ts';
import type { LayerGauge } from '../../shared/contract/layer-metrics.ts';

/** What a run last measured of its layers. */
export class LayerGauges {
  shown = $state.raw<readonly LayerGauge[]>([]);
  readonly #transport: Transport;
  #runId = '';

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(runId: string): Promise<void> {
    if (runId !== this.#runId) this.shown = [];
    this.#runId = runId;
    const gauges = await this.#transport.invoke('runs.layers', { runId });
    if (runId === this.#runId) this.shown = gauges;
  }
}
