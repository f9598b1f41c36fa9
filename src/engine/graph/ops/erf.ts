import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { scale } from './scale.ts';
import { multiply } from './multiply.ts';

/** 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, element by element. */
export function erf(graph: Graph, name: string, input: Tensor): Tensor {
  const attributes = { T: type(input.dtype) };
  return graph.single({
    op: 'Erf',
    name,
    inputs: [input],
    attributes,
    outputs: [input],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      const scope = `gradients/${name}`;
      const unary = (op: string, suffix: string, of: Tensor): Tensor =>
        graph.single({ op, name: `${scope}/${suffix}`, inputs: [of], attributes, outputs: [input] });
      const bell = unary('Exp', 'bell', unary('Neg', 'negative', unary('Square', 'square', input)));
      const slope = scale(graph, `${scope}/slope`, bell, 2 / Math.sqrt(Math.PI));
      return [multiply(graph, scope, gradient, slope)];
    },
  });
}
