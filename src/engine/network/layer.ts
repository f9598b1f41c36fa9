import type { ForeignGraph } from './foreign/foreign-graph.ts';

/** Rows or columns added on each side, as in Keras' `ZeroPadding2D`. */
export interface ExplicitPadding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}
export type Padding = 'same' | 'valid' | ExplicitPadding;

/** Keras' names; `gelu_tanh` is its `gelu` with `approximate=True`, `hard_swish` and `swish` its `hard_silu` and `silu`. */
export type Activation =
  | 'elu'
  | 'gelu'
  | 'gelu_tanh'
  | 'hard_sigmoid'
  | 'hard_swish'
  | 'leaky_relu'
  | 'linear'
  | 'relu'
  | 'relu6'
  | 'selu'
  | 'sigmoid'
  | 'softmax'
  | 'swish'
  | 'tanh';

/** One that is part of the layer before it, as in Keras. */
export type OwnActivation = Exclude<Activation, 'linear'>;

/** How a tensor gets its first value; the names and formulas are Keras'. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly standardDeviation: number }
  /** From -limit to limit. */
  | { readonly kind: 'uniform'; readonly limit: number }
  /** Of the variance scale / fan. */
  | {
      readonly kind: 'varianceScaling';
      readonly scale: number;
      readonly mode: 'fanIn' | 'fanOut' | 'fanAverage';
      readonly distribution: 'normal' | 'truncatedNormal' | 'uniform';
    }
  | { readonly kind: 'glorotUniform' }
  | { readonly kind: 'heNormal' }
  | { readonly kind: 'truncatedNormal'; readonly standardDeviation: number };

interface LayerBase {
  /** The name its publisher gave; its tensors are called `<name>/<role>`. */
  readonly name: string;
  /** Names of the layers that feed it. */
  readonly inputs: readonly string[];
  /** The unit of its family that people freeze and thaw as one. */
  readonly block: string;
}

/** A layer whose kernel slides over an image. */
interface KernelLayer extends LayerBase {
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly useBias: boolean;
  /** Of every kernel, where the layer has two. */
  readonly kernelInitializer: Initializer;
  /** Zeros where it is left out. */
  readonly biasInitializer?: Initializer;
}

export interface InputLayer extends LayerBase {
  readonly kind: 'input';
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
}
export interface Conv2dLayer extends KernelLayer {
  readonly kind: 'conv2d';
  readonly filters: number;
  /** [rows, columns] from one pixel of the kernel to the next, with strides of 1; 1 where it is left out. */
  readonly dilations?: readonly [number, number];
  /** Equal parts of the channels, each with filters of its own; 1 where it is left out. */
  readonly groups?: number;
  /** Part of the layer itself, as in Keras; linear where it is left out. */
  readonly activation?: OwnActivation;
}
export interface DepthwiseConv2dLayer extends KernelLayer {
  readonly kind: 'depthwiseConv2d';
  readonly depthMultiplier: number;
}
/** A depthwise convolution, then one of single pixels, as Keras' SeparableConv2D. */
export interface SeparableConv2dLayer extends KernelLayer {
  readonly kind: 'separableConv2d';
  readonly filters: number;
  readonly depthMultiplier: number;
}
/** A stride enlarges the image, and a padding is taken off it. */
export interface Conv2dTransposeLayer extends KernelLayer {
  readonly kind: 'conv2dTranspose';
  readonly filters: number;
  /**
   * [rows, columns] of the output beyond the smallest from which the same convolution would give the input; less than the
   * strides. Where it is left out, Keras' own size holds for `same` and `valid`, and none is added to a padding by hand.
   */
  readonly outputPadding?: readonly [number, number];
}
export interface BatchNormLayer extends LayerBase {
  readonly kind: 'batchNorm';
  readonly epsilon: number;
  /** Share of the old moving average that is kept at each step, as in Keras. */
  readonly momentum: number;
  readonly scale: boolean;
  readonly center: boolean;
}
/** Over the channels of each pixel, as Keras' LayerNormalization does with its axis of -1. */
export interface LayerNormLayer extends LayerBase {
  readonly kind: 'layerNorm';
  readonly epsilon: number;
  readonly scale: boolean;
  readonly center: boolean;
}
/** x / (bias + alpha * the sum of the squares of the channels within the radius)^beta. */
export interface LocalResponseNormLayer extends LayerBase {
  readonly kind: 'localResponseNorm';
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}
export interface ActivationLayer extends LayerBase {
  readonly kind: 'activation';
  readonly activation: OwnActivation;
  /** The share that `leaky_relu` keeps of what is below 0; Keras' 0.2 where it is left out. */
  readonly negativeSlope?: number;
}
export interface ZeroPaddingLayer extends LayerBase {
  readonly kind: 'zeroPadding2d';
  readonly padding: ExplicitPadding;
}
/** Mirrors the image at the pixels of its rim, as PyTorch's ReflectionPad2d. */
export interface ReflectionPaddingLayer extends LayerBase {
  readonly kind: 'reflectionPadding2d';
  readonly padding: ExplicitPadding;
}
/** To another size, the centres of the pixels spread evenly. */
export interface ResizingLayer extends LayerBase {
  readonly kind: 'resizing';
  readonly height: number;
  readonly width: number;
  readonly interpolation: 'bilinear' | 'nearest';
}
/**
 * Every value times `scale` plus `offset`, each one number or one a channel. Channels of images may be put into another order
 * before; `grey` makes one of them.
 */
export interface RescalingLayer extends LayerBase {
  readonly kind: 'rescaling';
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];
  /** `rgb`, as they are, where it is left out. */
  readonly channelOrder?: 'rgb' | 'bgr' | 'grey';
}
interface PoolingLayer extends LayerBase {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}
export interface MaxPool2dLayer extends PoolingLayer {
  readonly kind: 'maxPool2d';
}
/** At the rim of a `same` padding it averages what lies inside the image alone, as Keras does. */
export interface AveragePool2dLayer extends PoolingLayer {
  readonly kind: 'averagePool2d';
  /** Whether an explicit padding counts as zeros (PyTorch's `count_include_pad`); it does where this is left out. */
  readonly countPadding?: boolean;
}
interface AdaptivePoolingLayer extends LayerBase {
  /** [rows, columns], whatever the size of the input, by PyTorch's rule. */
  readonly outputSize: readonly [number, number];
}
export interface AdaptiveMaxPool2dLayer extends AdaptivePoolingLayer {
  readonly kind: 'adaptiveMaxPool2d';
}
export interface AdaptiveAveragePool2dLayer extends AdaptivePoolingLayer {
  readonly kind: 'adaptiveAveragePool2d';
}
export interface GlobalAveragePoolingLayer extends LayerBase {
  readonly kind: 'globalAveragePooling2d';
  /** True keeps [1, 1, channels]; false gives [channels]. */
  readonly keepDimensions: boolean;
}
export interface DropoutLayer extends LayerBase {
  readonly kind: 'dropout';
  /** Share dropped while training, in [0, 1). */
  readonly rate: number;
  /** Whether an image's values are dropped or kept all together (Keras' `noise_shape` of ones); they are not where it is left out. */
  readonly perImage?: boolean;
  /** Whether a channel of an image is dropped or kept as a whole, as Keras' SpatialDropout2D does; it is not where it is left out. */
  readonly perChannel?: boolean;
}
export interface ReshapeLayer extends LayerBase {
  readonly kind: 'reshape';
  /** Without the batch. */
  readonly shape: readonly number[];
}
export interface PermuteLayer extends LayerBase {
  readonly kind: 'permute';
  /** For each dimension of the output, which one of the input it is, from 0 and without the batch. */
  readonly order: readonly number[];
}
/** A box out of its input. */
export interface SliceLayer extends LayerBase {
  readonly kind: 'slice';
  /** Its first index in each dimension, without the batch. */
  readonly begin: readonly number[];
  /** Its size in each dimension, without the batch. */
  readonly size: readonly number[];
}
export interface DenseLayer extends LayerBase {
  readonly kind: 'dense';
  readonly units: number;
  readonly useBias: boolean;
  /** As of a convolution. */
  readonly activation?: OwnActivation;
  readonly kernelInitializer: Initializer;
  /** As of a convolution. */
  readonly biasInitializer?: Initializer;
}
/** The sum of two inputs; sizes of 1 repeat. */
export interface AddLayer extends LayerBase {
  readonly kind: 'add';
  /** What the second input is multiplied by before; 1 where it is left out. */
  readonly scale?: number;
}
/** The product of two inputs; sizes of 1 repeat. */
export interface MultiplyLayer extends LayerBase {
  readonly kind: 'multiply';
}
/** A graph from elsewhere, computed as it came and never trained. */
export interface ForeignGraphLayer extends LayerBase {
  readonly kind: 'foreignGraph';
  readonly graph: ForeignGraph;
  /** What it gives, batch left out. */
  readonly shape: readonly number[];
}
/** Puts the channels of its inputs one after the other. */
export interface ConcatenateLayer extends LayerBase {
  readonly kind: 'concatenate';
}

export type Layer =
  | InputLayer
  | Conv2dLayer
  | DepthwiseConv2dLayer
  | SeparableConv2dLayer
  | Conv2dTransposeLayer
  | BatchNormLayer
  | LayerNormLayer
  | LocalResponseNormLayer
  | ActivationLayer
  | ZeroPaddingLayer
  | ReflectionPaddingLayer
  | ResizingLayer
  | RescalingLayer
  | MaxPool2dLayer
  | AveragePool2dLayer
  | AdaptiveMaxPool2dLayer
  | AdaptiveAveragePool2dLayer
  | GlobalAveragePoolingLayer
  | DropoutLayer
  | ReshapeLayer
  | PermuteLayer
  | SliceLayer
  | DenseLayer
  | AddLayer
  | MultiplyLayer
  | ConcatenateLayer
  | ForeignGraphLayer;

/** What a tensor is to its layer; the last part of its name, as Keras writes it. */
export type TensorRole =
  | 'kernel'
  | 'depthwise_kernel'
  | 'pointwise_kernel'
  | 'bias'
  | 'gamma'
  | 'beta'
  | 'moving_mean'
  | 'moving_variance'
  /** Of a graph from elsewhere, which does not say what its tensors are. */
  | 'constant';

/** One tensor of a layer: name `<layer>/<role>`, in TensorFlow's layout (kernels [height, width, in, out]). */
export interface TensorSpecification {
  readonly name: string;
  readonly layer: string;
  readonly role: TensorRole;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
}

/** A network as data: layers in an order in which each comes after its inputs. */
export interface Network {
  /** The canonical name of the registry, `mobilenet_v1_0.25_224`. */
  readonly name: string;
  readonly family: string;
  readonly layers: readonly Layer[];
  /** The layer whose output is the network's. */
  readonly output: string;
  /** Names of the layers that a pretrained file is expected to hold; the others (a new head) start from their initialisers. */
  readonly pretrained: ReadonlySet<string>;
  /** The layer whose output an autoencoder is to give again; absent in any other network. */
  readonly reconstructs?: string;
  /** What each stage looks at where layers are pretrained one by one; absent in any other network. */
  readonly stages?: readonly { readonly output: string; readonly reconstructs: string }[];
  /** The layer in which the parts of a fused network come together; absent in any other. */
  readonly fusion?: string;
}
