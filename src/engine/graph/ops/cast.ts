import { type } from '../attribute.ts';
import type { DataType, Graph, Tensor } from '../graph.ts';

const isFloating = (dtype: DataType): boolean => dtype === 'float32' || dtype === 'bfloat16' || dtype === 'float16';

/** Converts to another type; a tensor that has it already is given back as it is. No gradient flows through integers. */
export function cast(graph: Graph, name: string, input: Tensor, dtype: DataType): Tensor {
  if (input.dtype === dtype) return input;
  return graph.single({
    op: 'Cast',
    name,
    inputs: [input],
    attributes: { SrcT: type(input.dtype), DstT: type(dtype) },
    outputs: [{ dtype, shape: input.shape }],
    backward: ([gradient]) =>
      gradient && isFloating(dtype) && isFloating(input.dtype)
        ? [cast(graph, `gradients/${name}`, gradient, input.dtype)]
        : [null],
  });
}
