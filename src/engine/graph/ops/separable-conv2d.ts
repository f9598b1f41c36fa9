import type { Graph, Tensor } from '../graph.ts';
import { conv2d } from './conv2d.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import type { WindowOptions } from './window.ts';

/**
 * Separable convolution: a depthwise one, then one of single pixels over its channels (Chollet, arXiv:1610.02357).
 *
 * @param input [batch, height, width, channels]
 * @param depthwise [rows, columns, channels, multiplier]
 * @param pointwise [1, 1, channels * multiplier, filters]
 * @returns [batch, height', width', filters]
 * @throws ThawError `graph.invalid` when the shapes do not fit, or the two strides differ
 */
export function separableConv2d(
  graph: Graph,
  name: string,
  input: Tensor,
  { depthwise, pointwise }: { readonly depthwise: Tensor; readonly pointwise: Tensor },
  options: WindowOptions,
): Tensor {
  const apart = depthwiseConv2d(graph, `${name}/depthwise`, input, depthwise, options);
  return conv2d(graph, name, apart, pointwise, { strides: [1, 1], padding: 'VALID' });
}
