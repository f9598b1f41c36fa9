import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { gather } from './gather.ts';

/**
 * Floats as they are fed where they stay for many runs: the same bytes, not copied. The binding brings every float that it is
 * given to a GPU and, at each run, back again; what it takes for int32 stays in the machine's own memory.
 */
export function bitsOf({ data, shape }: { readonly data: Float32Array; readonly shape: readonly number[] }): {
  readonly data: Int32Array;
  readonly shape: readonly number[];
} {
  return { data: new Int32Array(data.buffer, data.byteOffset, data.length), shape };
}

/**
 * Rows of floats that were fed by `bitsOf`, taken where they lie: no more than the rows of a batch goes to a GPU.
 *
 * @param bits int32 [count, ...]
 * @param rows int32 [batch], in [0, count)
 * @returns float32 [batch, ...]
 */
export function fedRows(graph: Graph, name: string, bits: Tensor, rows: Tensor): Tensor {
  const taken = gather(graph, `${name}/bits`, bits, rows, 'cpu');
  return graph.single({
    op: 'Bitcast',
    name,
    inputs: [taken],
    device: 'cpu',
    attributes: { T: type(taken.dtype), type: type('float32') },
    outputs: [{ dtype: 'float32', shape: taken.shape }],
  });
}
