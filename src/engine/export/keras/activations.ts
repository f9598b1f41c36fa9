import type { OwnActivation } from '../../network/layer.ts';
import type { KerasTarget } from './keras-layer.ts';
import type { LayerStack, Place } from './layer-stack.ts';

/** Functions that every version knows by one name, and may be part of another layer. */
const NAMED = ['elu', 'gelu', 'relu', 'selu', 'sigmoid', 'softmax', 'swish', 'tanh'] as const;
type Named = (typeof NAMED)[number];

function isNamed(activation: OwnActivation): activation is Named {
  return NAMED.some((name) => name === activation);
}

/** Keras', where a layer names none. */
const NEGATIVE_SLOPE = 0.2;
/** Of the cube within the tanh, and of its whole argument. */
const GELU = { cube: 0.044715, root: Math.sqrt(2 / Math.PI) } as const;

/** How a function is called as part of another layer; null for one that takes a layer of its own. */
export function namedActivation(activation: OwnActivation | undefined, target: KerasTarget): string | null {
  if (activation === undefined) return 'linear';
  if (!isNamed(activation)) return null;
  return activation === 'swish' && target === 'keras3' ? 'silu' : activation;
}

/** min(max(x + 3, 0), 6) / 6, which Keras 2 and tfjs have under no name. */
function hardSigmoid(stack: LayerStack, name: string, input: Place): Place {
  const shifted = stack.rescaled(stack.free(`${name}_shifted`), input, 1, 3);
  const cut = stack.add('ReLU', stack.free(`${name}_cut`), [shifted], { options: { max_value: 6 } });
  return stack.rescaled(name, cut, 1 / 6, 0);
}

/** x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))), which no version has under a name that its files take. */
function geluTanh(stack: LayerStack, name: string, input: Place): Place {
  const part = (suffix: string): string => stack.free(`${name}_${suffix}`);
  const product = (own: string, first: Place, second: Place): Place =>
    stack.add('Multiply', own, [first, second], { options: {} });
  const square = product(part('square'), input, input);
  const factor = stack.rescaled(part('factor'), square, GELU.cube * GELU.root, GELU.root);
  const inner = product(part('inner'), input, factor);
  const tanh = stack.add('Activation', part('tanh'), [inner], { options: { activation: 'tanh' } });
  return product(name, input, stack.rescaled(part('share'), tanh, 0.5, 0.5));
}

/** Writes a function as a layer, or as several where it takes that. */
export function writeActivation(
  stack: LayerStack,
  name: string,
  input: Place,
  activation: OwnActivation,
  negativeSlope = NEGATIVE_SLOPE,
): Place {
  const { target } = stack;
  const layer = (className: string, options: Readonly<Record<string, unknown>>): Place =>
    stack.add(className, name, [input], { options });
  if (isNamed(activation)) return layer('Activation', { activation: namedActivation(activation, target) });
  switch (activation) {
    case 'relu6':
      return layer('ReLU', { max_value: 6 });
    case 'leaky_relu':
      return layer('LeakyReLU', target === 'keras3' ? { negative_slope: negativeSlope } : { alpha: negativeSlope });
    case 'hard_sigmoid':
      return target === 'keras3' ? layer('Activation', { activation }) : hardSigmoid(stack, name, input);
    case 'hard_swish': {
      if (target === 'keras3') return layer('Activation', { activation: 'hard_silu' });
      const share = hardSigmoid(stack, stack.free(`${name}_share`), input);
      return stack.add('Multiply', name, [input, share], { options: {} });
    }
    case 'gelu_tanh':
      return geluTanh(stack, name, input);
  }
}
