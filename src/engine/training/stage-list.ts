import type { TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import { withStages } from '../../shared/contract/stages.ts';

/** The plan of a run under way, whose stages to come may be changed until they begin. */
export class StageList {
  #plan: TrainingPlan;
  #begun = 0;

  constructor(plan: TrainingPlan) {
    this.#plan = plan;
  }

  get plan(): TrainingPlan {
    return this.#plan;
  }

  /** A stage begins: it stays as it is from now on. */
  begin(stage: number): void {
    this.#begun = stage;
  }

  /** Training is over: nothing is to come any more. */
  close(): void {
    this.#begun = Infinity;
  }

  /**
   * Puts other stages in the place of those from `from` on.
   *
   * @returns false where that stage has begun already, and nothing is changed
   */
  edit(from: number, stages: readonly TrainingStage[]): boolean {
    const { stages: before } = this.#plan;
    if (from <= this.#begun || from > before.length) return false;
    this.#plan = withStages(this.#plan, [...before.slice(0, from), ...stages]);
    return true;
  }
}
