import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { multiply } from './multiply.ts';

/** exp(x) / sum(exp(x)) over the last dimension of [batch, ..., classes]. */
export function softmax(graph: Graph, name: string, logits: Tensor): Tensor {
  const attributes = { T: type(logits.dtype) };
  const output: Tensor = graph.single({
    op: 'Softmax',
    name,
    inputs: [logits],
    attributes,
    outputs: [logits],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      const scope = `gradients/${name}`;
      const weighted = multiply(graph, `${scope}/weighted`, gradient, output);
      const mean = graph.single({
        op: 'Sum',
        name: `${scope}/mean`,
        inputs: [weighted, graph.constant(`${scope}/axis`, 'int32', [1], [-1])],
        attributes: { ...attributes, Tidx: type('int32'), keep_dims: bool(true) },
        outputs: [{ dtype: logits.dtype, shape: [...logits.shape.slice(0, -1), 1] }],
      });
      const centred = graph.single({
        op: 'Sub',
        name: `${scope}/centred`,
        inputs: [gradient, mean],
        attributes,
        outputs: [logits],
      });
      return [multiply(graph, scope, centred, output)];
    },
  });
  return output;
}
