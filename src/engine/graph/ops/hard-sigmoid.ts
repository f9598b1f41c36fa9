import type { Graph, Tensor } from '../graph.ts';
import { relu6 } from './relu6.ts';
import { scale } from './scale.ts';
import { shift } from './shift.ts';

/**
 * min(max(0, x + 3), 6) / 6, element by element, as in Keras 3, in PyTorch and in MobileNetV3 (Howard et al.,
 * arXiv:1905.02244); Keras 2 has other slopes.
 */
export function hardSigmoid(graph: Graph, name: string, input: Tensor): Tensor {
  return scale(graph, name, relu6(graph, `${name}/relu6`, shift(graph, `${name}/shifted`, input, 3)), 1 / 6);
}
