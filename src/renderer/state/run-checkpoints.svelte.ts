import type { StoredCheckpoint } from '../../shared/contract/checkpoint.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';

/** The checkpoints that one run has kept, and the stars that a person gives and takes. */
export class RunCheckpoints {
  kept = $state.raw<readonly StoredCheckpoint[]>([]);
  /** The step whose star is under way. */
  asked = $state<number | null>(null);
  readonly #transport: Transport;
  #runId = '';

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(runId: string): Promise<void> {
    if (runId !== this.#runId) this.kept = [];
    this.#runId = runId;
    const kept = await this.#transport.invoke('runs.checkpoints', { runId });
    if (runId === this.#runId) this.kept = kept;
  }

  /** Stars a checkpoint that has no star, and takes it from one that has. */
  async toggle({ step, kinds }: StoredCheckpoint): Promise<void> {
    const runId = this.#runId;
    this.asked = step;
    try {
      if (kinds.includes('starred')) await this.#transport.invoke('runs.unstar', { runId, step });
      else await this.#transport.invoke('runs.star', { runId, checkpoint: { step } });
      await this.load(runId);
    } finally {
      this.asked = null;
    }
  }
}
