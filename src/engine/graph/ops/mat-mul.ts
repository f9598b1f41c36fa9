import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/** `MatMul` itself, of either matrix or its transpose (`true`), as a node without a gradient of its own. */
export function matrixProduct(
  graph: Graph,
  name: string,
  [a, transposeA]: readonly [Tensor, boolean],
  [b, transposeB]: readonly [Tensor, boolean],
  output: Pick<Tensor, 'dtype' | 'shape'>,
): Parameters<Graph['single']>[0] {
  return {
    op: 'MatMul',
    name,
    inputs: [a, b],
    attributes: { T: type(a.dtype), transpose_a: bool(transposeA), transpose_b: bool(transposeB) },
    outputs: [output],
  };
}

/**
 * The product of two matrices.
 *
 * @param a [batch, inputs]
 * @param b [inputs, units]
 * @returns [batch, units]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function matMul(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  const [rows = 0, inner] = a.shape;
  const [inputs, units = 0] = b.shape;
  expectShape(
    name,
    a.shape.length === 2 && b.shape.length === 2 && (inner === inputs || inputs === -1) && a.dtype === b.dtype,
    'matrices [batch, inputs] and [inputs, units] of one type',
    a,
    b,
  );
  return graph.single({
    ...matrixProduct(graph, name, [a, false], [b, false], { dtype: a.dtype, shape: [rows, units] }),
    backward: ([gradient], [aNeeded, bNeeded]) => {
      if (!gradient) return [null, null];
      const byA = matrixProduct(graph, `gradients/${name}/a`, [gradient, false], [b, true], a);
      const byB = matrixProduct(graph, `gradients/${name}/b`, [a, true], [gradient, false], b);
      return [aNeeded ? graph.single(byA) : null, bNeeded ? graph.single(byB) : null];
    },
  });
}
