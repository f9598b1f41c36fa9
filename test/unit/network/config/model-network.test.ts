import { describe, expect, it } from 'vitest';
import { modelNetwork } from '../../../../src/engine/network/config/model-network.ts';
import { expectError } from '../../../support/expect-error.ts';

type Config = Readonly<Record<string, unknown>>;

const CONVOLUTION: Config = { filters: 2, kernel_size: [3, 3] };

function functional(layers: readonly Config[], output: string, call = 0, name = 'model'): Config {
  const input_layers = [['image', 0, 0]];
  return { class_name: 'Functional', config: { name, layers, input_layers, output_layers: [[output, call, 0]] } };
}

function layer(name: string, className: string, config: Config, inbound_nodes: readonly unknown[]): Config {
  return { name, class_name: className, config: { name, ...config }, inbound_nodes };
}

describe('an operator at the input', () => {
  const tensor = { class_name: '__keras_tensor__', config: { keras_history: ['image', 0, 0] } };
  const version3 = (className: string, args: readonly unknown[]): Config =>
    functional(
      [
        layer('image', 'InputLayer', { batch_shape: [null, 8, 8, 3] }, []),
        layer('operator', className, {}, [{ args, kwargs: {} }]),
        layer('conv', 'Conv2D', CONVOLUTION, [[['operator', 0, 0, {}]]]),
      ],
      'conv',
    );
  const version2 = (name: string, node: readonly unknown[]): Config =>
    functional(
      [
        layer('image', 'InputLayer', { batch_input_shape: [null, 8, 8, 3] }, []),
        layer('operator', 'TFOpLambda', { function: name }, [node]),
        layer('conv', 'Conv2D', CONVOLUTION, [[['operator', 0, 0, {}]]]),
      ],
      'conv',
    );
  // As Keras 2 writes `255 - x`.
  const constantFirst = ['_CONSTANT_VALUE', -1, 255, { y: ['image', 0, 0], name: null }];

  it.each([
    ['x - 255', version3('Subtract', [tensor, 255]), { scale: 1, offset: -255 }],
    ['255 - x', version3('Subtract', [255, tensor]), { scale: -1, offset: 255 }],
    ['x / 4', version3('Divide', [tensor, 4]), { scale: 0.25, offset: 0 }],
    ['2 * x', version3('Multiply', [2, tensor]), { scale: 2, offset: 0 }],
    ["Keras 2's x - 255", version2('math.subtract', ['image', 0, 0, { y: 255 }]), { scale: 1, offset: -255 }],
    ["Keras 2's 255 - x", version2('math.subtract', constantFirst), { scale: -1, offset: 255 }],
  ])('%s has its operands in their order', (_, configuration, pixels) => {
    expect(modelNetwork('model', configuration, null).pixels).toEqual(pixels);
  });

  it.each([
    ['Divide', version3('Divide', [255, tensor])],
    ['TrueDivide', version3('TrueDivide', [255, tensor])],
    ["Keras 2's", version2('math.truediv', constantFirst)],
  ])('divides no number by an image (%s)', async (_, configuration) => {
    await expectError(
      () => modelNetwork('model', configuration, null),
      'network.invalid',
      'model.operator: a number is divided',
    );
  });
});

describe('hard_sigmoid', () => {
  const sequential = (module: string, input: string): Config => ({
    ...{ module, class_name: 'Sequential' },
    config: {
      name: 'model',
      layers: [
        { module: 'keras.layers', class_name: 'InputLayer', config: { name: 'image', [input]: [null, 8, 8, 3] } },
        {
          ...{ module: 'keras.layers', class_name: 'Conv2D' },
          config: { name: 'conv', ...CONVOLUTION, activation: 'hard_sigmoid' },
        },
      ],
    },
  });

  it("is Keras 3's", () => {
    const { withTop } = modelNetwork('model', sequential('keras', 'batch_shape'), null);
    expect(withTop.layers.at(-1)).toMatchObject({ activation: 'hard_sigmoid' });
  });

  it.each(['keras', 'keras.src.engine.sequential', 'tf_keras.src.engine.functional'])(
    'is refused in a .keras file of Keras 2, which names the module %s',
    async (module) => {
      await expectError(
        () => modelNetwork('model', sequential(module, 'batch_input_shape'), null),
        'network.invalid',
        'model.conv',
        'Keras 2',
      );
    },
  );
});

describe('models that call models', () => {
  const image = layer('image', 'InputLayer', { batch_input_shape: [null, 8, 8, 3] }, []);
  /** Scales pixels as often as `calls` says, in each of `depth` models; no layer is left of it. */
  const nested = (depth: number, calls: number, name = 'model'): Config => {
    const nodes = Array.from({ length: calls }, (_, index) => [[index === 0 ? 'image' : 'inner', index - 1, 0, {}]]);
    nodes[0] = [['image', 0, 0, {}]];
    const inner =
      depth === 0
        ? layer('inner', 'Rescaling', { scale: 1 }, nodes)
        : { ...nested(depth - 1, calls, 'inner'), name: 'inner', inbound_nodes: nodes };
    return functional([image, inner], 'inner', calls - 1, name);
  };

  it('are followed', () => {
    expect(modelNetwork('model', nested(2, 10), null).withTop.output).toBe('image');
  });

  it('are refused before their calls take for ever', async () => {
    await expectError(() => modelNetwork('model', nested(10, 100), null), 'network.invalid', '100000 calls in all');
  });
});
