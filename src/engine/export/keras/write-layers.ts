import { assertNever } from '../../../shared/errors/thaw-error.ts';
import type {
  Conv2dLayer,
  Conv2dTransposeLayer,
  DenseLayer,
  DepthwiseConv2dLayer,
  Layer,
  Network,
  SeparableConv2dLayer,
} from '../../network/layer.ts';
import { elementCount, layerShapes, type Shape } from '../../network/shape.ts';
import { namedActivation, writeActivation } from './activations.ts';
import { refuseLayer } from './keras-layer.ts';
import type { LayerStack, Place } from './layer-stack.ts';
import { writeAdaptivePooling, writeGlobalPooling, writePooling } from './pooling-layers.ts';
import { writtenWindow, type Window } from './windows.ts';
import { zerosAround } from './zeros-around.ts';

type KernelLayer = Conv2dLayer | DepthwiseConv2dLayer | SeparableConv2dLayer | Conv2dTransposeLayer;

const CLASSES: Readonly<Record<KernelLayer['kind'], string>> = {
  conv2d: 'Conv2D',
  depthwiseConv2d: 'DepthwiseConv2D',
  separableConv2d: 'SeparableConv2D',
  conv2dTranspose: 'Conv2DTranspose',
};

/** Writes the layers of a network, each after its inputs. */
export class LayerWriter {
  readonly #stack: LayerStack;
  readonly #network: Network;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #outputs = new Map<string, Place>();

  /** @param image what the network's own input is */
  constructor(stack: LayerStack, network: Network, image: Place) {
    this.#stack = stack;
    this.#network = network;
    this.#shapes = layerShapes(network);
    for (const layer of network.layers) {
      const inputs = layer.inputs.map((name) => this.outputOf(name));
      const [input = image] = inputs;
      this.#outputs.set(layer.name, this.#written(layer, input, inputs));
    }
  }

  /** What a layer of the network gives. */
  outputOf(layer: string): Place {
    const found = this.#outputs.get(layer);
    if (!found) throw new TypeError(`'${layer}' is not written yet.`);
    return found;
  }

  #shapeOf({ name }: Layer): Shape {
    return this.#shapes.get(name) ?? [];
  }

  /** A layer with weights of its own, then its activation. */
  #activated(
    layer: Conv2dLayer | DenseLayer | KernelLayer,
    input: Place,
    className: string,
    options: Readonly<Record<string, unknown>>,
  ): Place {
    const stack = this.#stack;
    const activation = layer.kind === 'conv2d' || layer.kind === 'dense' ? layer.activation : undefined;
    const named = namedActivation(activation, stack.target);
    const output = stack.add(className, stack.nameOf(layer.name), [input], {
      options: { ...options, activation: named ?? 'linear', use_bias: layer.useBias },
      weights: stack.weightsOf(layer.name),
      shape: this.#shapeOf(layer),
    });
    if (named !== null || activation === undefined) return output;
    return writeActivation(stack, stack.free(`${output.name}_activation`), output, activation);
  }

  #kernel(layer: KernelLayer, input: Place): Place {
    const stack = this.#stack;
    const { name, kernelSize, strides } = layer;
    const dilations = layer.kind === 'conv2d' ? (layer.dilations ?? [1, 1]) : [1, 1];
    const groups = layer.kind === 'conv2d' ? (layer.groups ?? 1) : 1;
    if (stack.target === 'tfjs' && groups > 1) refuseLayer(stack.target, layer, `has ${groups} groups of channels`);
    if (layer.kind === 'conv2dTranspose' && (typeof layer.padding !== 'string' || layer.outputPadding)) {
      refuseLayer(stack.target, layer, 'takes a padding by hand off a larger image');
    }
    const reach = kernelSize.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);
    const window: Window = { size: [reach[0] ?? 1, reach[1] ?? 1], strides, padding: layer.padding };
    const { padding, zeros } = writtenWindow(window, input.shape);
    const padded = zeros ? zerosAround(stack, stack.free(`${stack.nameOf(name)}_padding`), input, zeros) : input;
    return this.#activated(layer, padded, CLASSES[layer.kind], {
      ...('filters' in layer && { filters: layer.filters }),
      ...('depthMultiplier' in layer && { depth_multiplier: layer.depthMultiplier }),
      kernel_size: kernelSize,
      strides,
      padding,
      data_format: 'channels_last',
      dilation_rate: dilations,
      ...(groups > 1 && { groups }),
    });
  }

  #dropout({ rate, perImage, perChannel, name }: Extract<Layer, { kind: 'dropout' }>, input: Place): Place {
    const stack = this.#stack;
    const own = stack.nameOf(name);
    // tfjs drops values one by one alone; whoever trains there further has that.
    if (stack.target === 'tfjs') return stack.add('Dropout', own, [input], { options: { rate } });
    if (perChannel === true) return stack.add('SpatialDropout2D', own, [input], { options: { rate } });
    const noise = perImage === true && { noise_shape: [null, ...input.shape.map(() => 1)] };
    return stack.add('Dropout', own, [input], { options: { rate, ...noise } });
  }

  #rescaling(layer: Extract<Layer, { kind: 'rescaling' }>, input: Place): Place {
    const stack = this.#stack;
    const { scale, offset, channelOrder = 'rgb' } = layer;
    const name = stack.nameOf(layer.name);
    if (channelOrder === 'grey') refuseLayer(stack.target, layer, 'makes whole numbers of grey out of colours');
    if (input.shape.length === 3 && input.shape[2] === 3) {
      const at = (values: number | readonly number[], channel: number): number =>
        typeof values === 'number' ? values : (values[channel] ?? 0);
      const from = channelOrder === 'bgr' ? [2, 1, 0] : [0, 1, 2];
      const kernel = [0, 1, 2].map((channel) => from.map((source, to) => (source === channel ? at(scale, to) : 0)));
      return stack.mixed(
        name,
        input,
        kernel,
        [0, 1, 2].map((channel) => at(offset, channel)),
      );
    }
    if (typeof scale === 'number' && typeof offset === 'number') return stack.rescaled(name, input, scale, offset);
    return refuseLayer(stack.target, layer, 'scales channels one by one');
  }

  #resizing(layer: Extract<Layer, { kind: 'resizing' }>, input: Place): Place {
    const stack = this.#stack;
    const { height, width, interpolation, name } = layer;
    const shape = this.#shapeOf(layer);
    const size = [height / (input.shape[0] ?? 1), width / (input.shape[1] ?? 1)];
    if (interpolation === 'nearest' && size.every(Number.isInteger)) {
      return stack.add('UpSampling2D', stack.nameOf(name), [input], { options: { size, interpolation }, shape });
    }
    if (stack.target === 'tfjs') refuseLayer(stack.target, layer, 'spreads the centres of pixels evenly');
    return stack.add('Resizing', stack.nameOf(name), [input], { options: { height, width, interpolation }, shape });
  }

  #cropping(layer: Extract<Layer, { kind: 'slice' }>, input: Place): Place {
    const stack = this.#stack;
    const shape = this.#shapeOf(layer);
    const ends = shape.map((size, axis) => (input.shape[axis] ?? 0) - size - (layer.begin[axis] ?? 0));
    if (shape.length !== 3 || shape[2] !== input.shape[2]) refuseLayer(stack.target, layer, 'cuts out channels');
    const cropping = [0, 1].map((axis) => [layer.begin[axis] ?? 0, ends[axis] ?? 0]);
    return stack.add('Cropping2D', stack.nameOf(layer.name), [input], { options: { cropping }, shape });
  }

  #sum({ name, scale = 1 }: Extract<Layer, { kind: 'add' }>, inputs: readonly Place[], shape: Shape): Place {
    const stack = this.#stack;
    const own = stack.nameOf(name);
    const [first, second] = inputs;
    if (!first || !second || scale === 1) return stack.add('Add', own, inputs, { options: {}, shape });
    const scaled = stack.rescaled(stack.free(`${own}_scaled`), second, scale, 0);
    return stack.add('Add', own, [first, scaled], { options: {}, shape });
  }

  #written(layer: Layer, input: Place, inputs: readonly Place[]): Place {
    const stack = this.#stack;
    const name = stack.nameOf(layer.name);
    const weights = stack.weightsOf(layer.name);
    const shape = this.#shapeOf(layer);
    switch (layer.kind) {
      case 'input':
        return input;
      case 'conv2d':
      case 'depthwiseConv2d':
      case 'separableConv2d':
      case 'conv2dTranspose':
        return this.#kernel(layer, input);
      case 'dense':
        return this.#activated(layer, input, 'Dense', { units: layer.units });
      case 'batchNorm': {
        const { epsilon, momentum, scale, center } = layer;
        return stack.add('BatchNormalization', name, [input], {
          options: { axis: -1, momentum, epsilon, center, scale },
          weights,
        });
      }
      case 'layerNorm': {
        const { epsilon, scale, center } = layer;
        return stack.add('LayerNormalization', name, [input], {
          options: { axis: -1, epsilon, center, scale },
          weights,
        });
      }
      case 'activation':
        return writeActivation(stack, name, input, layer.activation, layer.negativeSlope);
      case 'zeroPadding2d':
        return zerosAround(stack, name, input, layer.padding);
      case 'maxPool2d':
      case 'averagePool2d':
        return writePooling(stack, this.#network, layer, input, shape);
      case 'adaptiveMaxPool2d':
      case 'adaptiveAveragePool2d':
        return writeAdaptivePooling(stack, layer, input, shape);
      case 'globalAveragePooling2d':
        return writeGlobalPooling(stack, layer, input, shape);
      case 'dropout':
        return this.#dropout(layer, input);
      case 'reshape':
        return shape.length === 1 && elementCount(shape) === elementCount(input.shape)
          ? stack.add('Flatten', name, [input], { options: {}, shape })
          : stack.add('Reshape', name, [input], { options: { target_shape: shape }, shape });
      case 'permute':
        return stack.add('Permute', name, [input], { options: { dims: layer.order.map((axis) => axis + 1) }, shape });
      case 'add':
        return this.#sum(layer, inputs, shape);
      case 'multiply':
        return stack.add('Multiply', name, inputs, { options: {}, shape });
      case 'concatenate':
        return stack.add('Concatenate', name, inputs, { options: { axis: -1 }, shape });
      case 'rescaling':
        return this.#rescaling(layer, input);
      case 'resizing':
        return this.#resizing(layer, input);
      case 'slice':
        return this.#cropping(layer, input);
      case 'localResponseNorm':
      case 'reflectionPadding2d':
      case 'foreignGraph':
        return refuseLayer(stack.target, layer, 'is none of them');
      default:
        return assertNever(layer);
    }
  }
}
