import { bool, type, type Attribute } from '../attribute.ts';
import type { Graph, Operation, Tensor, Variable } from '../graph.ts';

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

/**
 * TensorFlow's own op that updates a variable and its slots, `<variable>/update`.
 *
 * @param options.inputs what follows the handles of the variable and its slots
 */
export function resourceUpdate(
  graph: Graph,
  variable: Variable,
  options: {
    readonly op: string;
    readonly slots: readonly Slot[];
    readonly inputs: readonly Tensor[];
    readonly attributes?: Readonly<Record<string, Attribute>>;
  },
): AppliedOptimizer {
  const { op, slots, inputs, attributes = {} } = options;
  const update = graph.operation({
    op,
    name: `${variable.name}/update`,
    inputs: [variable.handle, ...slots.map((slot) => slot.variable.handle), ...inputs],
    // A gradient that does not depend on the value must not let the update overtake the step's reading of it.
    controls: [variable.value],
    attributes: { T: type('float32'), use_locking: bool(true), ...attributes },
  });
  return { update, slots };
}

/** A slot of a variable's own shape. */
export function slotOf(graph: Graph, variable: Variable, name: string, initial = 0): Slot {
  return { variable: graph.variable(`${variable.name}/${name}`, variable.shape), initial };
}
