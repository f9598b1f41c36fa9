import type { Transport } from '../../shared/contract/endpoint.ts';
import type { LayerInspection } from '../../shared/contract/inspection.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';

/** What the inspector looks at: a layer as it begins, or as a run left it. */
export interface Inspected {
  readonly layer: string;
  readonly plan: TrainingPlanRequest;
  readonly runId: string | null;
}

/** The tensors of one layer; a newer request supersedes the one before. */
export class InspectionController {
  shown = $state.raw<LayerInspection | null>(null);
  problem = $state.raw<unknown>(null);
  loading = $state(false);
  readonly #transport: Transport;
  #asked = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async show({ layer, plan, runId }: Inspected): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.loading = true;
    this.problem = null;
    try {
      const answer = await this.#transport.invoke('layer.inspect', runId === null ? { layer, plan } : { layer, runId });
      if (asked === this.#asked) this.shown = answer;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = error;
      this.shown = null;
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }
}
