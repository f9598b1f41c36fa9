import type { StagePreset } from '../../shared/contract/stage-requests.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { draftOfPlan } from './draft-of-plan.ts';
import { optimizerOf } from './plan-draft.ts';
import { stageRequests } from './plan-request.ts';
import type { PlanController } from './plan.svelte.ts';
import {
  addStage,
  atStage,
  changeStage,
  completionAt,
  insertStage,
  moveStage,
  removeStage,
  stagesOf,
  takeStages,
} from './stage-draft.ts';
import type { StageDraft } from './stage-fields.ts';

/** What a person does to the stages of the plan, and to those of a run that have not begun. */
export class StageEditor {
  /** Whether the engine was asked for something and has not answered. */
  busy = $state(false);
  readonly #transport: Transport;
  readonly #plan: PlanController;
  readonly #name: (place: number) => string;

  /** @param name of a new stage, by its place from 1 */
  constructor(transport: Transport, plan: PlanController, name: (place: number) => string) {
    this.#transport = transport;
    this.#plan = plan;
    this.#name = name;
  }

  get list(): readonly StageDraft[] {
    return stagesOf(this.#plan.draft);
  }

  /** How many stages have begun in the run that is edited; they stay where and as they are. */
  get begun(): number {
    return this.#plan.editing?.from ?? 0;
  }

  canMove(from: number, to: number): boolean {
    return from >= this.begun && to >= this.begun && to < this.list.length;
  }

  canRemove(place: number): boolean {
    return place >= this.begun;
  }

  choose(place: number): void {
    if (place !== this.#plan.draft.stage) this.#plan.restage(atStage(this.#plan.draft, place));
  }

  add(): void {
    this.#plan.restage(addStage(this.#plan.draft, this.#name));
  }

  /** @returns what puts it back, as long as no other plan has come into the form; null where it has to stay */
  remove(place: number): (() => void) | null {
    const removed = this.list[place];
    if (removed === undefined || !this.canRemove(place)) return null;
    const { taken } = this.#plan;
    this.#plan.restage(removeStage(this.#plan.draft, place));
    return () => {
      if (taken !== this.#plan.taken || place < this.begun) return;
      this.#plan.restage(insertStage(this.#plan.draft, removed, place));
    };
  }

  move(from: number, to: number): void {
    if (this.canMove(from, to)) this.#plan.restage(moveStage(this.#plan.draft, from, to));
  }

  change(place: number, change: Partial<Pick<StageDraft, 'name' | 'begins'>>): void {
    this.#plan.draft = changeStage(this.#plan.draft, place, change);
  }

  /** The plan in one piece again: what the chosen stage does. */
  dissolve(): void {
    this.#plan.restage({ ...this.#plan.draft, stages: [], stage: 0 });
  }

  /** The plan in stages that are usual for its network, with the optimizer and the rate that it begins with. @throws ThawError of the engine */
  async takePreset(preset: StagePreset): Promise<void> {
    const { network, completed, draft } = this.#plan;
    if (network === null) return;
    const choice = optimizerOf(draft, completed);
    const optimizer = choice === 'nesterov' ? 'sgd' : choice;
    // What begins from scratch has another rate than a head.
    const keepsRate = atStage(draft, 0).strategy !== 'scratch' && completed?.optimizer.kind === optimizer;
    await this.#wait(async () => {
      const asked = {
        network,
        preset,
        optimizer,
        ...(keepsRate && { learningRate: completionAt(completed, 0).optimizer.learningRate }),
      };
      const { stages } = await this.#transport.invoke('plans.stagePreset', asked);
      this.#plan.restage(takeStages(this.#plan.draft, stages));
    });
  }

  /**
   * Puts the stages of a run that trains into the form, the first that has not begun chosen; the plan that was being made
   * comes back when they are left.
   *
   * @throws ThawError of the engine
   */
  async edit(runId: string): Promise<void> {
    await this.#wait(async () => {
      const { plan, stages, summary } = await this.#transport.invoke('runs.show', { runId });
      const weights = { reference: { kind: 'ofRun', runId }, label: summary.name } as const;
      const from = Math.max(1, stages.length);
      const { editing, draft, parent } = this.#plan;
      const before = editing?.before ?? { draft, parent };
      // A plan that is taken ends the editing of another run's.
      this.#plan.takePlan(atStage(draftOfPlan(plan, weights), from));
      this.#plan.editing = { runId, name: summary.name, from, before };
    });
  }

  /** Gives the run the stages as they are in the form. @throws ThawError `run.state` where one of them has begun */
  async apply(): Promise<void> {
    const { editing, draft, completed } = this.#plan;
    if (editing === null) return;
    const stages = stageRequests(draft, completed).slice(editing.from);
    await this.#wait(async () => {
      await this.#transport.invoke('training.editStages', {
        runId: editing.runId,
        from: editing.from,
        stages: [...stages],
      });
      if (this.#plan.editing?.runId === editing.runId) this.leave();
    });
  }

  /**
   * Keeps up with the run whose stages are edited: what has begun is no longer to be changed, and of a run that has ended
   * nothing is.
   *
   * @param training the run that trains, which may be the next one by now; null where none does
   * @param begun how many stages have begun in the run that is told of
   * @returns whether the editing had to be left
   */
  keepUp(training: string | null, begun: { readonly runId: string; readonly stages: number } | null): boolean {
    const { editing } = this.#plan;
    if (editing === null) return false;
    if (training !== editing.runId) {
      this.leave();
      return true;
    }
    const from = begun?.runId === editing.runId ? begun.stages : 0;
    if (from > editing.from) this.#plan.editing = { ...editing, from };
    return false;
  }

  leave(): void {
    this.#plan.leaveEditing();
  }

  async #wait(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
    } finally {
      this.busy = false;
    }
  }
}
