import type { NetworkSummary, Transport } from '../../shared/contract/endpoint.ts';

/** The networks that the engine knows: they do not change while it runs. */
export class NetworksController {
  list = $state.raw<readonly NetworkSummary[] | null>(null);
  problem = $state.raw<unknown>(null);
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(): Promise<void> {
    this.problem = null;
    try {
      this.list = await this.#transport.invoke('networks.list', {});
    } catch (error) {
      this.problem = error;
    }
  }

  find(name: string | null | undefined): NetworkSummary | null {
    return this.list?.find((network) => network.name === name) ?? null;
  }
}
