import { ThawError } from '../../shared/errors/thaw-error.ts';
import { type } from './attribute.ts';
import type { Graph, Operation, Tensor } from './graph.ts';
import { sumOf } from './ops/sum-of.ts';

/** The operations on a way from a target to the loss, last first. */
function operationsBetween(graph: Graph, loss: Tensor, targets: readonly Tensor[]): readonly Operation[] {
  const reached = new Set<Tensor>(targets);
  const fromTargets = new Set<Operation>();
  for (const operation of graph.operations) {
    if (!operation.sources.some((source) => reached.has(source))) continue;
    fromTargets.add(operation);
    for (const output of operation.outputs) reached.add(output);
  }

  const wanted = new Set<Tensor>([loss]);
  const between: Operation[] = [];
  for (const operation of graph.operations.toReversed()) {
    if (!fromTargets.has(operation) || !operation.outputs.some((output) => wanted.has(output))) continue;
    between.push(operation);
    for (const source of operation.sources) if (reached.has(source)) wanted.add(source);
  }
  return between;
}

const describe = ({ dtype, shape }: Tensor): string => `${dtype} [${shape.join(', ')}]`;

/** An op by its layer, where it belongs to one. */
function named({ name, op, layer }: Operation): string {
  return layer === null ? `'${name}' (${op})` : `'${name}' (${op}) of layer '${layer}'`;
}

/** Whether the gradient may be one of the tensor, a batch of -1 being any. */
function fits(gradient: Tensor, { dtype, shape }: Tensor): boolean {
  if (gradient.dtype !== dtype || gradient.shape.length !== shape.length) return false;
  return shape.every((size, axis) => size === -1 || gradient.shape[axis] === -1 || gradient.shape[axis] === size);
}

function differentiate(
  graph: Graph,
  operation: Operation,
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
): readonly (Tensor | null)[] {
  if (!operation.backward) {
    throw new ThawError(
      'graph.invalid',
      `Every op between a trainable tensor and the loss needs a gradient; ${named(operation)} has none.`,
      'Freeze its layer and all below, or write its gradient.',
    );
  }
  const { backward, layer } = operation;
  const write = (): readonly (Tensor | null)[] => backward(gradients, needed);
  const results = layer === null ? write() : graph.ofLayer(layer, write);
  results.forEach((result, index) => {
    const source = operation.sources[index];
    if (!result || !source || fits(result, source)) return;
    throw new ThawError(
      'graph.invalid',
      `A gradient has the type and shape of its tensor; ${named(operation)} gave ` +
        `${describe(result)} for '${source.name}', ${describe(source)}.`,
      'Correct the gradient in the file of the op.',
    );
  });
  return results;
}

/**
 * Adds the gradients of a loss by the targets to the graph, in reverse mode. Only what lies between a target and the
 * loss is visited, so that what is frozen below costs nothing.
 *
 * @param loss any shape; the gradient is that of its sum
 * @param targets usually the values of variables
 * @returns one tensor per target, of its type and shape
 * @throws ThawError `graph.invalid` for an op without a gradient on the way, and for a target that the loss does not
 *   depend on: never a silent zero
 */
export function gradients(graph: Graph, loss: Tensor, targets: readonly Tensor[]): readonly Tensor[] {
  const between = operationsBetween(graph, loss, targets);
  const onTheWay = new Set<Tensor>([...targets, ...between.flatMap((operation) => operation.outputs)]);
  const parts = new Map<Tensor, Tensor[]>();
  const sums = new Map<Tensor, Tensor>();
  const total = (tensor: Tensor): Tensor | null => {
    const known = sums.get(tensor);
    if (known) return known;
    const terms = parts.get(tensor);
    if (!terms) return null;
    const sum = sumOf(graph, `gradients/${graph.producer(tensor).name}/sum`, terms);
    sums.set(tensor, sum);
    return sum;
  };

  parts.set(loss, [
    graph.single({
      op: 'OnesLike',
      name: 'gradients/ones',
      inputs: [loss],
      attributes: { T: type(loss.dtype) },
      outputs: [loss],
    }),
  ]);
  for (const operation of between) {
    const arrived = operation.outputs.map(total);
    if (arrived.every((gradient) => gradient === null)) continue;
    const needed = operation.sources.map((source) => onTheWay.has(source));
    const results = differentiate(graph, operation, arrived, needed);
    operation.sources.forEach((source, index) => {
      const result = results[index];
      if (!result || !needed[index]) return;
      const known = parts.get(source);
      if (known) known.push(result);
      else parts.set(source, [result]);
    });
  }

  return targets.map((target) => {
    const gradient = total(target);
    if (gradient) return gradient;
    throw new ThawError(
      'graph.invalid',
      `The loss must depend on every trainable tensor; no gradient reaches '${target.name}' from '${loss.name}'.`,
      'Freeze it, or check how its layer is connected.',
    );
  });
}
