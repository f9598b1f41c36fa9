import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { biasAdd } from './bias-add.ts';
import { cast } from './cast.ts';
import { expectShape } from './expect-shape.ts';
import { multiply } from './multiply.ts';
import { shift } from './shift.ts';

export interface LayerNormOptions {
  /** gamma, [channels]; null stands for ones. */
  readonly scale: Tensor | null;
  /** beta, [channels]; null stands for zeros. */
  readonly offset: Tensor | null;
  readonly epsilon: number;
}

/** (x - mean) / sqrt(variance + epsilon) over the last dimension, with one gradient for all of its nodes. */
function normalised(graph: Graph, name: string, input: Tensor, epsilon: number): Tensor {
  const attributes = { T: type(input.dtype) };
  const perRow = { dtype: input.dtype, shape: [...input.shape.slice(0, -1), 1] };
  const average = (suffix: string, of: Tensor): Tensor =>
    graph.single({
      op: 'Mean',
      name: suffix,
      inputs: [of, graph.constant(`${suffix}/axis`, 'int32', [1], [-1])],
      attributes: { ...attributes, Tidx: type('int32'), keep_dims: bool(true) },
      outputs: [perRow],
    });
  const minus = (suffix: string, a: Tensor, b: Tensor): Tensor =>
    graph.single({ op: 'Sub', name: suffix, inputs: [a, b], attributes, outputs: [input] });
  const centred = minus(`${name}/centred`, input, average(`${name}/mean`, input));
  const variance = average(`${name}/variance`, multiply(graph, `${name}/square`, centred, centred));
  const padded = shift(graph, `${name}/padded`, variance, epsilon);
  const inverse = graph.single({
    op: 'Rsqrt',
    name: `${name}/inverse`,
    inputs: [padded],
    attributes,
    outputs: [perRow],
  });
  const output: Tensor = graph.single({
    op: 'Mul',
    name,
    inputs: [centred, inverse],
    attributes,
    outputs: [input],
    sources: [input],
    // What moves a whole row, and what only stretches it, changes nothing: both are taken out of the gradient.
    backward: ([gradient]) => {
      if (!gradient) return [null];
      const scope = `gradients/${name}`;
      const moved = minus(`${scope}/centred`, gradient, average(`${scope}/mean`, gradient));
      const along = average(`${scope}/along`, multiply(graph, `${scope}/weighted`, gradient, output));
      const stretched = multiply(graph, `${scope}/stretched`, output, along);
      return [multiply(graph, scope, minus(`${scope}/rest`, moved, stretched), inverse)];
    },
  });
  return output;
}

/**
 * Layer normalisation over the last dimension (Ba et al., arXiv:1607.06450), computed in float32.
 *
 * @param input [batch, ..., channels]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function layerNorm(
  graph: Graph,
  name: string,
  input: Tensor,
  { scale, offset, epsilon }: LayerNormOptions,
): Tensor {
  const parameters = [scale, offset].flatMap((parameter) => parameter ?? []);
  const channels = input.shape.at(-1);
  expectShape(
    name,
    input.shape.length > 1 &&
      parameters.every(({ dtype, shape }) => dtype === 'float32' && shape.length === 1 && shape[0] === channels),
    'scale and offset as float32 of its [channels]',
    input,
    ...parameters,
  );
  const wide = cast(graph, `${name}/wide`, input, 'float32');
  const plain = normalised(graph, `${name}/normalised`, wide, epsilon);
  const scaled = scale ? multiply(graph, `${name}/scaled`, plain, scale) : plain;
  const moved = offset ? biasAdd(graph, `${name}/moved`, scaled, offset) : scaled;
  return cast(graph, `${name}/cast`, moved, input.dtype);
}
