import type { Operation, Variable } from '../graph.ts';

/** A variable of the optimizer's own, and what each of its elements holds before the first step. */
export interface Slot {
  readonly variable: Variable;
  readonly initial: number;
}

/** What an optimizer adds to the graph for one variable. */
export interface AppliedOptimizer {
  /** Changes the variable and its slots. */
  readonly update: Operation;
  /** Named `<variable>/<slot>`. */
  readonly slots: readonly Slot[];
}
