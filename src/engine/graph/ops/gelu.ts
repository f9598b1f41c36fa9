import type { Graph, Tensor } from '../graph.ts';
import { add } from './add.ts';
import { erf } from './erf.ts';
import { multiply } from './multiply.ts';
import { scale } from './scale.ts';
import { shift } from './shift.ts';
import { tanh } from './tanh.ts';

/** x / 2 (1 + step(x)) */
function gated(graph: Graph, name: string, input: Tensor, step: Tensor): Tensor {
  const half = scale(graph, `${name}/half`, input, 0.5);
  return multiply(graph, name, half, shift(graph, `${name}/gate`, step, 1));
}

/** x times the share of a normal distribution below x, element by element (Hendrycks and Gimpel, arXiv:1606.08415). */
export function gelu(graph: Graph, name: string, input: Tensor): Tensor {
  return gated(graph, name, input, erf(graph, `${name}/erf`, scale(graph, `${name}/scaled`, input, Math.SQRT1_2)));
}

/** The same approximated as x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): Keras' `approximate`, PyTorch's `tanh`. */
export function geluTanh(graph: Graph, name: string, input: Tensor): Tensor {
  const square = multiply(graph, `${name}/square`, input, input);
  const cube = multiply(graph, `${name}/cube`, square, input);
  const sum = add(graph, `${name}/sum`, input, scale(graph, `${name}/bent`, cube, 0.044715));
  return gated(
    graph,
    name,
    input,
    tanh(graph, `${name}/tanh`, scale(graph, `${name}/scaled`, sum, Math.sqrt(2 / Math.PI))),
  );
}
