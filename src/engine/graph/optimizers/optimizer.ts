import type { Operation, Variable } from '../graph.ts';

/** What an optimizer adds to the graph for one variable. */
export interface AppliedOptimizer {
  /** Changes the variable and its slots. */
  readonly update: Operation;
  /** The optimizer's own variables, zero before the first step, named `<variable>/<slot>`. */
  readonly slots: readonly Variable[];
}
