import * as history from './history.ts';
import type { PlanDraft } from './plan-draft.ts';

/** What decides which layers train. */
export type Freezing = Pick<PlanDraft, 'strategy' | 'rules'>;

/** What was frozen and thawed in a plan, or in one of its stages, to go back and forth through. */
export class FreezingHistory {
  #history = $state.raw<history.History<Freezing>>(history.begin<Freezing>({ strategy: 'features', rules: [] }));
  readonly canUndo = $derived.by(() => this.#history.past.length > 0);
  readonly canRedo = $derived.by(() => this.#history.future.length > 0);

  get present(): Freezing {
    return this.#history.present;
  }

  begin(freezing: Freezing): void {
    this.#history = history.begin(freezing);
  }

  advance(next: Freezing): void {
    this.#history = history.advance(this.#history, next);
  }

  /** @returns what it was before */
  undo(): Freezing {
    this.#history = history.undo(this.#history);
    return this.present;
  }

  /** @returns what it was before it was undone */
  redo(): Freezing {
    this.#history = history.redo(this.#history);
    return this.present;
  }
}
