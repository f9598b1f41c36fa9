import type { GradientClipping } from '../../../shared/contract/plan.ts';
import { assertNever } from '../../../shared/errors/thaw-error.ts';
import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { sumOf } from '../ops/sum-of.ts';

const T = { T: type('float32') };

/** Half the sum of squares, float32 []. */
function halfSquares(graph: Graph, name: string, input: Tensor): Tensor {
  return graph.single({
    op: 'L2Loss',
    name,
    inputs: [input],
    attributes: T,
    outputs: [{ dtype: 'float32', shape: [] }],
  });
}

/** What brings a norm down to the limit, 1 where it is not above it; `squares` is half the norm's square. */
function factor(graph: Graph, name: string, squares: Tensor, limit: Tensor): Tensor {
  const scalar = (op: string, step: string, ...inputs: Tensor[]): Tensor =>
    graph.single({ op, name: `${name}/${step}`, inputs, attributes: T, outputs: [squares] });
  const norm = scalar('Sqrt', 'norm', scalar('AddV2', 'square', squares, squares));
  return scalar('RealDiv', 'factor', limit, scalar('Maximum', 'greatest', norm, limit));
}

function scaled(graph: Graph, name: string, gradient: Tensor, by: Tensor): Tensor {
  return graph.single({ op: 'Mul', name, inputs: [gradient, by], attributes: T, outputs: [gradient] });
}

/**
 * Gradients within a limit, as Keras' `clipvalue`, `clipnorm` and `global_clipnorm` (Pascanu et al., arXiv:1211.5063): each
 * element, each tensor's L2 norm, or the norm of all tensors together. A gradient that is no number stays none.
 */
export function clipGradients(
  graph: Graph,
  gradients: readonly Tensor[],
  clipping: GradientClipping,
): readonly Tensor[] {
  if (gradients.length === 0) return gradients;
  const limit = graph.constant('train/clipping/limit', 'float32', [], clipping.limit);
  const named = (index: number): string => `train/clipping/${index}`;
  switch (clipping.kind) {
    case 'value': {
      const least = graph.constant('train/clipping/least', 'float32', [], -clipping.limit);
      return gradients.map((gradient, index) =>
        graph.single({
          op: 'ClipByValue',
          name: named(index),
          inputs: [gradient, least, limit],
          attributes: T,
          outputs: [gradient],
        }),
      );
    }
    case 'norm':
      return gradients.map((gradient, index) => {
        const squares = halfSquares(graph, `${named(index)}/squares`, gradient);
        return scaled(graph, named(index), gradient, factor(graph, named(index), squares, limit));
      });
    case 'globalNorm': {
      const squares = gradients.map((gradient, index) => halfSquares(graph, `${named(index)}/squares`, gradient));
      const by = factor(graph, 'train/clipping', sumOf(graph, 'train/clipping/squares', squares), limit);
      return gradients.map((gradient, index) => scaled(graph, named(index), gradient, by));
    }
    default:
      return assertNever(clipping.kind);
  }
}
