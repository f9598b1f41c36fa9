import { tick } from 'svelte';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { RunDetail, RunSummary } from '../../shared/contract/run.ts';
import { continueRun } from '../strings/continue-run.ts';
import { planFile } from '../strings/plan-file.ts';
import { runPage } from '../strings/run-page.ts';
import { draftOfPlan } from './draft-of-plan.ts';
import type { Workbench } from './workbench.svelte.ts';

export type RunAction = 'pause' | 'continue' | 'stop' | 'resume' | 'begin' | 'branch' | 'discard';

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

  /** Goes on for more epochs as a run of its own; behind a run that is under way it waits. */
  continueFor(runId: string, epochs: number): Promise<void> {
    return this.#begin('runs.continue', { runId, epochs });
  }

  /** Does once more what the run did; behind a run that is under way it waits. */
  repeat(runId: string): Promise<void> {
    return this.#begin('runs.repeat', { runId });
  }

  /** Puts an interrupted run into the trash, from where it comes back by a click. */
  discard({ runId, name }: Pick<RunSummary, 'runId' | 'name'>): Promise<void> {
    return this.#ask('discard', async () => {
      await this.#workbench.invoke('runs.discard', { runId });
      this.asked = null;
      const restore = (): Promise<unknown> => this.#workbench.invoke('runs.restore', { runIds: [runId] });
      this.#workbench.notices.tell({
        title: continueRun.discarded(name),
        action: {
          label: continueRun.undo,
          run: () => void restore().catch((error: unknown) => this.#workbench.notices.fail(error)),
        },
      });
    });
  }

  /** Begins a new plan with the best weights of a run. */
  useWeights({ plan, summary }: RunDetail): void {
    const label = runPage.weightsOf(summary.name);
    this.#workbench.plan.chooseNetwork(plan.network, { reference: { kind: 'run', runId: summary.runId }, label });
    this.#workbench.navigation.go('train');
    this.#workbench.notices.tell({ title: runPage.weightsTaken(summary.name) });
  }

  /** Opens the run's plan, freeze mask and dataset in the Train view, to branch off at a checkpoint. */
  branch({ plan, summary: { runId, name } }: RunDetail, step: number): Promise<void> {
    const { dataset, plan: planned, notices, navigation } = this.#workbench;
    return this.#ask('branch', async () => {
      const opened = await dataset.open({ kind: 'ofRun', runId });
      if (opened === null) notices.tell({ severity: 'warning', title: continueRun.datasetGone });
      // Another dataset begins a plan of its own, once it is there.
      await tick();
      const weights = {
        reference: { kind: 'run', runId, checkpoint: { step } },
        label: continueRun.parent.weights(name, step),
      } as const;
      const strategy = plan.strategy === 'scratch' ? 'finetune' : plan.strategy;
      planned.takePlan(draftOfPlan({ ...plan, strategy, newHead: false }, weights), { runId, name, step });
      this.asked = null;
      navigation.go('train');
    });
  }

  /** Opens the run's plan and dataset in the Train view, to train it otherwise from where it began. */
  again({ plan, summary: { runId, name } }: RunDetail): Promise<void> {
    const { dataset, plan: planned, notices, navigation } = this.#workbench;
    return this.#ask('branch', async () => {
      const opened = await dataset.open({ kind: 'ofRun', runId });
      if (opened === null) notices.tell({ severity: 'warning', title: continueRun.datasetGone });
      // Another dataset begins a plan of its own, once it is there.
      await tick();
      const usual = plan.weights.kind === 'shipped' || plan.weights.kind === 'none';
      const weights = usual
        ? null
        : ({ reference: { kind: 'ofRun', runId }, label: planFile.weightsOf(name) } as const);
      planned.takePlan(draftOfPlan(plan, weights));
      this.asked = null;
      navigation.go('train');
      notices.tell({ title: planFile.againTold(name) });
    });
  }

  #begin<Name extends 'runs.continue' | 'runs.repeat'>(name: Name, request: Request<Name>): Promise<void> {
    const workbench = this.#workbench;
    return this.#ask('begin', async () => {
      const queue = workbench.training;
      const begin = async (): Promise<string> => {
        const { runId, warnings } = await workbench.invoke(name, { ...request, queue });
        for (const title of warnings) workbench.notices.tell({ severity: 'warning', title });
        return runId;
      };
      if (queue) await workbench.enqueueing(begin);
      else workbench.follow(await begin());
      this.asked = null;
    });
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
