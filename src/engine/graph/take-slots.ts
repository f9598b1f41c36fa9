import type { Graph } from './graph.ts';
import { restore } from './ops/checkpoint.ts';
import type { Slot } from './optimizers/optimizer.ts';
import type { Signature } from './saved-model.ts';

/** What an optimizer goes on with of another program's checkpoint. */
export interface TakenSlots {
  readonly slots: readonly Slot[];
  /** The variables whose slots those are. */
  readonly variables: readonly string[];
  /** How many variables have slots at all. */
  readonly of: number;
}

/**
 * The slots that a checkpoint of the same kind of optimizer holds: those of each variable together, and what all variables
 * share, such as Adam's powers, only where none of them begins anew, for the powers are of the steps that all have taken.
 *
 * @param variables the network's own tensors
 * @param available the shapes of the checkpoint's tensors, by name
 */
export function takenSlots(
  slots: readonly Slot[],
  variables: ReadonlySet<string>,
  available: ReadonlyMap<string, readonly number[]>,
): TakenSlots {
  const isThere = ({ variable: { name, shape } }: Slot): boolean => available.get(name)?.join('x') === shape.join('x');
  const byOwner = Map.groupBy(slots, ({ variable: { name } }) => name.slice(0, name.lastIndexOf('/')));
  const owners = [...byOwner.keys()].filter((owner) => variables.has(owner));
  const whole = owners.filter((owner) => byOwner.get(owner)?.every(isThere) === true);
  const taken =
    whole.length < owners.length ? whole.flatMap((owner) => byOwner.get(owner) ?? []) : slots.filter(isThere);
  return { slots: taken, variables: whole, of: owners.length };
}

/** `restore_slots` {prefix}, which gives these slots what a checkpoint holds; nothing where there are none. */
export function restoreSlots(graph: Graph, slots: readonly Slot[]): Readonly<Record<string, Signature>> {
  if (slots.length === 0) return {};
  const prefix = graph.placeholder('restore_slots/prefix', 'string', []);
  const variables = slots.map(({ variable }) => variable);
  const done = graph.group('restore_slots/done', restore(graph, 'restore_slots', prefix, variables));
  return { restore_slots: { inputs: { prefix }, outputs: { done } } };
}
