import type { Transport } from '../shared/contract/endpoint.ts';
import type { RunEvent } from '../shared/contract/event.ts';
import type { RunStatus } from '../shared/contract/run.ts';

/** What the system is told of a run: the taskbar, the power management, and who looks elsewhere. */
export interface TrainingSigns {
  /** A share in [0, 1], or null where nothing is under way. */
  readonly showProgress: (share: number | null) => void;
  readonly keepAwake: (awake: boolean) => void;
  readonly announceEnd: (runId: string, status: EndStatus) => void;
}

export type EndStatus = Extract<RunStatus, 'finished' | 'stopped' | 'failed' | 'interrupted'>;

/** Follows the run under way, if any; the engine has one at most. */
export class TrainingWatch {
  readonly #signs: TrainingSigns;
  #active: string | null = null;

  constructor(transport: Transport, signs: TrainingSigns) {
    this.#signs = signs;
    transport.subscribe('run', (event) => this.#receive(event));
  }

  /** The run that closing the window would stop. */
  get active(): string | null {
    return this.#active;
  }

  /** The engine ended, and with it whatever it had under way. */
  forget(): void {
    this.#active = null;
    this.#signs.showProgress(null);
    this.#signs.keepAwake(false);
  }

  #receive({ runId, body }: RunEvent): void {
    if (body.kind === 'progress' && runId === this.#active) {
      this.#signs.showProgress(body.total > 0 ? Math.min(1, body.done / body.total) : null);
    }
    if (body.kind !== 'status') return;
    switch (body.status) {
      case 'queued':
      case 'paused':
        this.#active = runId;
        this.#signs.keepAwake(false);
        return;
      case 'running':
        this.#active = runId;
        this.#signs.keepAwake(true);
        return;
      case 'finished':
      case 'stopped':
      case 'failed':
      case 'interrupted':
        this.forget();
        this.#signs.announceEnd(runId, body.status);
        return;
    }
  }
}
