import type { RunDetail } from '../../shared/contract/run.ts';
import { runPage } from '../strings/run-page.ts';
import type { Workbench } from './workbench.svelte.ts';

export type RunAction = 'pause' | 'continue' | 'stop' | 'resume';

/** What a person can do with a run; what the engine refuses is told as a notice. */
export class RunActions {
  /** What was asked and not answered by the run's status yet. */
  asked = $state<RunAction | null>(null);
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  pause(runId: string): Promise<void> {
    return this.#ask('pause', () => this.#workbench.invoke('training.pause', { runId }));
  }

  continue(runId: string): Promise<void> {
    return this.#ask('continue', () => this.#workbench.invoke('training.continue', { runId }));
  }

  /** After the step under way; asked again, the engine ends the trainer at once. */
  stop(runId: string): Promise<void> {
    return this.#ask('stop', () => this.#workbench.invoke('training.stop', { runId }));
  }

  /** Goes on from the last checkpoint, and shows that. */
  resume(runId: string): Promise<void> {
    return this.#ask('resume', async () => {
      const resumed = await this.#workbench.invoke('runs.resume', { runId });
      this.asked = null;
      this.#workbench.follow(resumed.runId);
    });
  }

  /** Begins a new plan with the best weights of a run. */
  useWeights({ plan, summary }: RunDetail): void {
    const label = runPage.weightsOf(summary.name);
    this.#workbench.plan.chooseNetwork(plan.network, { reference: { kind: 'run', runId: summary.runId }, label });
    this.#workbench.navigation.go('train');
    this.#workbench.notices.tell({ title: runPage.weightsTaken(summary.name) });
  }

  async #ask(action: RunAction, invoke: () => Promise<unknown>): Promise<void> {
    this.asked = action;
    try {
      await invoke();
    } catch (error) {
      this.asked = null;
      this.#workbench.notices.fail(error);
    }
  }
}
