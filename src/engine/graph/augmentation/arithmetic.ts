import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { broadcastShape } from '../ops/broadcast.ts';

type Arithmetic = 'AddV2' | 'Sub' | 'Mul' | 'Minimum' | 'Maximum';

/** An op of two numbers on tensors whose sizes of 1 repeat; what is fed has no gradient. */
export function compute(graph: Graph, op: Arithmetic, name: string, a: Tensor, b: Tensor): Tensor {
  return graph.single({
    op,
    name,
    inputs: [a, b],
    attributes: { T: type(a.dtype) },
    outputs: [{ dtype: a.dtype, shape: broadcastShape(name, a, b) }],
  });
}

/** Whether a stands above b, or on it. */
export function compare(graph: Graph, op: 'GreaterEqual' | 'Less', name: string, a: Tensor, b: Tensor): Tensor {
  return graph.single({
    op,
    name,
    inputs: [a, b],
    attributes: { T: type(a.dtype) },
    outputs: [{ dtype: 'bool', shape: broadcastShape(name, a, b) }],
  });
}

/** The first where `condition` holds, else the second; sizes of 1 repeat. */
export function choose(graph: Graph, name: string, condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return graph.single({
    op: 'SelectV2',
    name,
    inputs: [condition, a, b],
    attributes: { T: type(a.dtype) },
    outputs: [{ dtype: a.dtype, shape: broadcastShape(name, a, b) }],
  });
}

export function numberOf(graph: Graph, name: string, value: number): Tensor {
  return graph.constant(name, 'float32', [], value);
}

/** a where share is 0, b where it is 1, and both mixed in between; a and b to the bit at either end. */
export function mix(graph: Graph, name: string, a: Tensor, b: Tensor, share: Tensor): Tensor {
  const rest = compute(graph, 'Sub', `${name}/rest`, numberOf(graph, `${name}/one`, 1), share);
  const ofA = compute(graph, 'Mul', `${name}/of_a`, a, rest);
  return compute(graph, 'AddV2', name, ofA, compute(graph, 'Mul', `${name}/of_b`, b, share));
}
