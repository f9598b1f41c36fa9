import { assertNever, ThawError } from '../../../shared/errors/thaw-error.ts';
import type { ActivationLayer, ExplicitPadding, Layer, Network, OwnActivation, Padding } from '../../network/layer.ts';
import { layerShapes, type Shape } from '../../network/shape.ts';
import { modulePath } from './torch-state.ts';

const ACTIVATIONS: Readonly<Record<Exclude<OwnActivation, 'leaky_relu'>, (input: string) => string>> = {
  elu: (input) => `F.elu(${input})`,
  gelu: (input) => `F.gelu(${input})`,
  gelu_tanh: (input) => `F.gelu(${input}, approximate='tanh')`,
  hard_sigmoid: (input) => `F.hardsigmoid(${input})`,
  hard_swish: (input) => `F.hardswish(${input})`,
  relu: (input) => `F.relu(${input})`,
  relu6: (input) => `F.relu6(${input})`,
  selu: (input) => `F.selu(${input})`,
  sigmoid: (input) => `torch.sigmoid(${input})`,
  softmax: (input) => `F.softmax(${input}, dim=1)`,
  swish: (input) => `F.silu(${input})`,
  tanh: (input) => `torch.tanh(${input})`,
};
/** Keras', where a layer names none. */
const NEGATIVE_SLOPE = 0.2;

function activated(activation: OwnActivation, input: string, slope: ActivationLayer['negativeSlope']): string {
  return activation === 'leaky_relu'
    ? `F.leaky_relu(${input}, ${slope ?? NEGATIVE_SLOPE})`
    : ACTIVATIONS[activation](input);
}

function refuse({ name, kind }: Layer, why: string): never {
  throw new ThawError(
    'usage.invalid',
    `PyTorch's modules are written for what its own networks are made of; layer '${name}' (${kind}) ${why}.`,
    'Export it as pb.',
  );
}

interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations?: readonly [number, number] | undefined;
  readonly padding: Padding;
}

/** Rows and columns around the image, as TensorFlow adds them. */
function around({ kernel, strides, dilations = [1, 1], padding }: Window, input: Shape): ExplicitPadding {
  if (padding === 'valid') return { top: 0, bottom: 0, left: 0, right: 0 };
  if (padding !== 'same') return padding;
  const [rows, columns] = [0, 1].map((axis) => {
    const size = input[axis] ?? 0;
    const stride = strides[axis] ?? 1;
    const extent = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    return Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  });
  const [down = 0, across = 0] = [rows, columns];
  const [top, left] = [Math.floor(down / 2), Math.floor(across / 2)];
  return { top, bottom: down - top, left, right: across - left };
}

function isEven({ top, bottom, left, right }: ExplicitPadding): boolean {
  return top === bottom && left === right;
}

const pair = ([first, second]: readonly [number, number]): string => `(${first}, ${second})`;

function padded(input: string, { top, bottom, left, right }: ExplicitPadding, value: string): string {
  return `F.pad(${input}, (${left}, ${right}, ${top}, ${bottom})${value === '0' ? '' : `, value=${value}`})`;
}

/** A module for `__init__` and its call for `forward`. */
interface Written {
  readonly module?: string;
  readonly call: string;
}

class ModuleWriter {
  readonly modules: string[] = [];
  readonly calls: string[] = [];
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #pathOf: (layer: string) => string;
  readonly #variables = new Map<string, string>();
  /** Values whose dimensions are named as PyTorch has them, channels first, though the layers say otherwise. */
  readonly #channelsFirst = new Set<string>();

  constructor(network: Network) {
    this.#shapes = layerShapes(network);
    this.#pathOf = modulePath(network);
  }

  #shape(layer: string): Shape {
    return this.#shapes.get(layer) ?? [];
  }

  #variable(layer: string): string {
    const found = this.#variables.get(layer);
    if (found === undefined) throw new TypeError(`There is no output of '${layer}'.`);
    return found;
  }

  #flattened(layer: Layer, input: string, from: string): string {
    if (this.#shape(from).length === 1) return input;
    return this.#channelsFirst.has(from) ? `${input}.flatten(1)` : `${input}.permute(0, 2, 3, 1).flatten(1)`;
  }

  #convolution(layer: Extract<Layer, { kind: 'conv2d' | 'depthwiseConv2d' }>, input: string, from: string): Written {
    const channels = this.#shape(from)[2] ?? 0;
    const { kernelSize, strides, useBias } = layer;
    const dilations = layer.kind === 'conv2d' ? layer.dilations : undefined;
    const padding = around({ kernel: kernelSize, strides, dilations, padding: layer.padding }, this.#shape(from));
    const filters = layer.kind === 'conv2d' ? layer.filters : channels * layer.depthMultiplier;
    const groups = layer.kind === 'conv2d' ? (layer.groups ?? 1) : channels;
    const options = [
      ...(strides.some((stride) => stride !== 1) ? [`stride=${pair(strides)}`] : []),
      ...(isEven(padding) && padding.top + padding.left > 0 ? [`padding=${pair([padding.top, padding.left])}`] : []),
      ...(dilations?.some((dilation) => dilation !== 1) ? [`dilation=${pair(dilations)}`] : []),
      ...(groups === 1 ? [] : [`groups=${groups}`]),
      ...(useBias ? [] : ['bias=False']),
    ];
    return {
      module: `nn.Conv2d(${[channels, filters, pair(kernelSize), ...options].join(', ')})`,
      call: isEven(padding) ? input : padded(input, padding, '0'),
    };
  }

  #pool(layer: Extract<Layer, { kind: 'maxPool2d' | 'averagePool2d' }>, input: string, from: string): string {
    const { poolSize, strides } = layer;
    const padding = around({ kernel: poolSize, strides, padding: layer.padding }, this.#shape(from));
    const window = `${pair(poolSize)}, ${pair(strides)}`;
    if (layer.kind === 'maxPool2d') {
      const whole = Object.values(padding).every((size) => size === 0) ? input : padded(input, padding, '-torch.inf');
      return `F.max_pool2d(${whole}, ${window})`;
    }
    // What a `same` padding adds is not averaged.
    const counts = layer.padding !== 'same' && (layer.countPadding ?? true);
    if (!isEven(padding)) {
      if (!counts) refuse(layer, 'averages over a rim that is wider on one side');
      return `F.avg_pool2d(${padded(input, padding, '0')}, ${window})`;
    }
    return `F.avg_pool2d(${input}, ${window}, ${pair([padding.top, padding.left])}, count_include_pad=${counts ? 'True' : 'False'})`;
  }

  #written(layer: Layer, inputs: readonly string[]): Written {
    const [from = '', other = ''] = layer.inputs;
    const [input = '', second = ''] = inputs;
    switch (layer.kind) {
      case 'input':
        return { call: 'images' };
      case 'conv2d':
      case 'depthwiseConv2d':
        return this.#convolution(layer, input, from);
      case 'batchNorm': {
        const shape = this.#shape(from);
        if (!layer.scale || !layer.center) refuse(layer, 'has no scale or no offset, which those have');
        const kind = shape.length === 3 ? 'BatchNorm2d' : 'BatchNorm1d';
        const momentum = Number((1 - layer.momentum).toPrecision(6));
        return { module: `nn.${kind}(${shape.at(-1) ?? 0}, eps=${layer.epsilon}, momentum=${momentum})`, call: input };
      }
      case 'dense':
        if (this.#shape(from).length !== 1) refuse(layer, 'looks at pixels one by one');
        return {
          module: `nn.Linear(${this.#shape(from)[0] ?? 0}, ${layer.units}${layer.useBias ? '' : ', bias=False'})`,
          call: input,
        };
      case 'activation':
        return { call: activated(layer.activation, input, layer.negativeSlope) };
      case 'zeroPadding2d':
        return { call: padded(input, layer.padding, '0') };
      case 'maxPool2d':
      case 'averagePool2d':
        return { call: this.#pool(layer, input, from) };
      case 'adaptiveAveragePool2d':
        return { call: `F.adaptive_avg_pool2d(${input}, ${pair(layer.outputSize)})` };
      case 'adaptiveMaxPool2d':
        return { call: `F.adaptive_max_pool2d(${input}, ${pair(layer.outputSize)})` };
      case 'globalAveragePooling2d':
        return { call: `${input}.mean((2, 3)${layer.keepDimensions ? ', keepdim=True' : ''})` };
      case 'dropout':
        if (layer.perImage) return { call: `drop_images(${input}, ${layer.rate}, self.training)` };
        return { call: `F.dropout${layer.perChannel ? '2d' : ''}(${input}, ${layer.rate}, self.training)` };
      case 'permute':
        if (layer.order.join() !== '2,0,1') refuse(layer, 'puts dimensions into an order of its own');
        this.#channelsFirst.add(layer.name);
        return { call: input };
      case 'reshape':
        if (layer.shape.length !== 1) refuse(layer, 'makes images of vectors');
        return { call: this.#flattened(layer, input, from) };
      case 'add':
        return { call: `${input} + ${layer.scale === undefined ? '' : `${layer.scale} * `}${second}` };
      case 'multiply':
        return { call: `${input} * ${second}` };
      case 'concatenate':
        return { call: `torch.cat([${inputs.join(', ')}], dim=1)` };
      case 'rescaling':
        if (typeof layer.scale === 'number' && typeof layer.offset === 'number' && other === '') {
          return { call: `${input} * ${layer.scale} + ${layer.offset}` };
        }
        return refuse(layer, 'scales channels one by one');
      case 'separableConv2d':
      case 'conv2dTranspose':
      case 'layerNorm':
      case 'localResponseNorm':
      case 'reflectionPadding2d':
      case 'resizing':
      case 'slice':
      case 'foreignGraph':
        return refuse(layer, 'is none of them');
      default:
        return assertNever(layer);
    }
  }

  add(layer: Layer): void {
    const inputs = layer.inputs.map((name) => this.#variable(name));
    const { module, call } = this.#written(layer, inputs);
    const variable = `x${this.calls.length}`;
    const path = this.#pathOf(layer.name);
    if (module !== undefined) this.modules.push(`        self.put('${path}', ${module})`);
    const output = module === undefined ? call : `self.get_submodule('${path}')(${call})`;
    const own = layer.kind === 'conv2d' || layer.kind === 'dense' ? layer.activation : undefined;
    this.calls.push(`        ${variable} = ${own === undefined ? output : activated(own, output, undefined)}`);
    this.#variables.set(layer.name, variable);
  }

  get last(): string {
    return `x${this.calls.length - 1}`;
  }
}

/**
 * A network as a PyTorch module, with nothing but PyTorch: the program text of `model.py`. Its modules have the paths that the
 * state dictionary has.
 *
 * @throws ThawError `usage.invalid` for a layer that PyTorch's own networks have no module for
 */
export function torchModule(network: Network): string {
  const writer = new ModuleWriter(network);
  for (const layer of network.layers) writer.add(layer);
  return `"""${network.name} as a PyTorch module; it needs nothing but PyTorch."""
import torch
import torch.nn.functional as F
from torch import nn


def drop_images(x, rate, training):
    """Drops all that a branch gives of some images, and makes up for it in the others (stochastic depth)."""
    if not training or rate == 0:
        return x
    kept = torch.rand(x.shape[0], *[1] * (x.dim() - 1), device=x.device) >= rate
    return x * kept / (1 - rate)


class Network(nn.Module):
    """Takes normalised images [batch, 3, height, width] and gives logits."""

    def __init__(self):
        super().__init__()
${writer.modules.join('\n')}

    def put(self, path, module):
        *parents, name = path.split('.')
        place = self
        for parent in parents:
            if parent not in place._modules:
                place.add_module(parent, nn.Module())
            place = place._modules[parent]
        place.add_module(name, module)

    def forward(self, images):
${writer.calls.join('\n')}
        return ${writer.last}
`;
}
