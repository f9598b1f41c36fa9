import type { Transport } from '../../shared/contract/endpoint.ts';
import { provenLayers } from './proven-layers.ts';

/** What the run that is shown has proven of the layers it froze, once it has ended. */
export class ProofController {
  /** null while there is no run that has ended with a proof. */
  shown = $state.raw<{ readonly runId: string; readonly network: string; readonly layers: ReadonlySet<string> } | null>(
    null,
  );
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** @param runId of a run that has ended; null forgets what was shown */
  async show(runId: string | null): Promise<void> {
    if (runId === null) {
      this.shown = null;
      return;
    }
    const run = await this.#transport.invoke('runs.show', { runId });
    const layers = provenLayers(run.layers, run.proof);
    this.shown = layers.size === 0 ? null : { runId, network: run.plan.network, layers };
  }
}
