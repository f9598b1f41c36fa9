import type { ExplicitPadding, Layer } from '../layer.ts';
import { elementCount, type Shape } from '../shape.ts';
import { activationOf, namedActivation } from './activation.ts';
import type { NetworkBuilder, Unplaced } from './builder.ts';
import { kernelLayer, poolingLayer } from './kernel-layers.ts';
import { listOf, type Settings } from './settings.ts';

/** A layer of a configuration where it is called. */
export interface Calling {
  readonly builder: NetworkBuilder;
  readonly settings: Settings;
  /** Its layers' name in the network, `outer/conv1`. */
  readonly name: string;
  /** Names of the layers that it is called with, in order. */
  readonly inputs: readonly string[];
  readonly isVersion3: boolean;
}

/** What a call adds beside the layer of its own name is named after it. */
function addAfter({ builder, settings, name }: Calling, part: string, layer: Unplaced, input: string): string {
  return builder.add(settings.place, part === '' ? name : `${name}/${part}`, layer, [input]);
}

function onlyInput({ settings, inputs }: Calling): string {
  const [input, ...others] = inputs;
  if (input !== undefined && others.length === 0) return input;
  return settings.refuse(`${settings.className} takes one input; it is called with ${inputs.length}.`);
}

function inputShape(calling: Calling): Shape {
  return calling.builder.shapeOf(onlyInput(calling));
}

/** [height, width, channels] of the input. */
function imageShape(calling: Calling): readonly [number, number, number] {
  const shape = inputShape(calling);
  const [height, width, channels] = shape;
  if (shape.length === 3 && height !== undefined && width !== undefined && channels !== undefined) {
    return [height, width, channels];
  }
  return calling.settings.refuse(`${calling.settings.className} takes an image; received [${shape.join(', ')}].`);
}

/** The layer, and the activation that is part of it. */
function withActivation(calling: Calling, layer: Unplaced): string {
  const { settings } = calling;
  const { activation, negativeSlope } = namedActivation(settings, 'activation', calling.isVersion3);
  const input = onlyInput(calling);
  if (activation === 'linear') return addAfter(calling, '', layer, input);
  if ((layer.kind === 'conv2d' || layer.kind === 'dense') && negativeSlope === undefined) {
    return addAfter(calling, '', { ...layer, activation }, input);
  }
  const output = addAfter(calling, '', layer, input);
  const slope = negativeSlope !== undefined && { negativeSlope };
  return addAfter(calling, 'activation', { kind: 'activation', activation, ...slope }, output);
}

/** Features are normalised as an image of one pixel. */
function batchNorm(calling: Calling): string {
  const { settings } = calling;
  const shape = inputShape(calling);
  settings.expectLastAxis(shape.length + 1);
  if (settings.boolean('renorm', false)) settings.refuseOption('renorm', 'it is false');
  const layer: Unplaced = {
    kind: 'batchNorm',
    epsilon: settings.number('epsilon', 1e-3),
    momentum: settings.number('momentum', 0.99),
    scale: settings.boolean('scale', true),
    center: settings.boolean('center', true),
  };
  if (shape.length !== 1) return addAfter(calling, '', layer, onlyInput(calling));
  const image: Unplaced = { kind: 'reshape', shape: [1, 1, ...shape] };
  const normalised = addAfter(calling, '', layer, addAfter(calling, 'as_image', image, onlyInput(calling)));
  return addAfter(calling, 'as_features', { kind: 'reshape', shape }, normalised);
}

function layerNorm(calling: Calling): string {
  const { settings } = calling;
  settings.expectLastAxis(inputShape(calling).length + 1);
  if (settings.boolean('rms_scaling', false)) settings.refuseOption('rms_scaling', 'it is false');
  const epsilon = settings.number('epsilon', 1e-3);
  const [scale, center] = [settings.boolean('scale', true), settings.boolean('center', true)];
  return addAfter(calling, '', { kind: 'layerNorm', epsilon, scale, center }, onlyInput(calling));
}

/** `padding` or `cropping`: one number, one for each of height and width, or both sides of each. */
function sidesOf(settings: Settings, name: string): ExplicitPadding {
  const value = settings.fields[name];
  const isSides = listOf(value).some((side) => Array.isArray(side));
  if (!isSides) {
    const [rows, columns] = settings.pair(name, 1);
    return { top: rows, bottom: rows, left: columns, right: columns };
  }
  const sides = listOf(value).flatMap((side) => listOf(side));
  const [top, bottom, left, right] = sides;
  const isCount = (size: unknown): size is number => Number.isSafeInteger(size) && Number(size) >= 0;
  if (sides.length === 4 && isCount(top) && isCount(bottom) && isCount(left) && isCount(right)) {
    return { top, bottom, left, right };
  }
  return settings.refuseOption(name, 'it counts rows and columns');
}

function cropping(calling: Calling): string {
  calling.settings.expectChannelsLast();
  const [height, width, channels] = imageShape(calling);
  const { top, bottom, left, right } = sidesOf(calling.settings, 'cropping');
  const size = [height - top - bottom, width - left - right, channels];
  return addAfter(calling, '', { kind: 'slice', begin: [top, left, 0], size }, onlyInput(calling));
}

function globalPooling(calling: Calling, kind: 'average' | 'max'): string {
  const { settings } = calling;
  settings.expectChannelsLast();
  const keepDimensions = settings.boolean('keepdims', false);
  const input = onlyInput(calling);
  if (kind === 'average') return addAfter(calling, '', { kind: 'globalAveragePooling2d', keepDimensions }, input);
  const channels = imageShape(calling)[2];
  const pooled = addAfter(calling, '', { kind: 'adaptiveMaxPool2d', outputSize: [1, 1] }, input);
  return keepDimensions ? pooled : addAfter(calling, 'as_features', { kind: 'reshape', shape: [channels] }, pooled);
}

function resizing(calling: Calling): string {
  const { settings } = calling;
  settings.expectChannelsLast();
  const [rows, columns] = imageShape(calling);
  const isUpSampling = settings.className === 'UpSampling2D';
  const interpolation = settings.text('interpolation', isUpSampling ? 'nearest' : 'bilinear');
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') {
    return settings.refuseOption('interpolation', 'it is nearest or bilinear');
  }
  for (const option of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio']) {
    if (settings.boolean(option, false)) settings.refuseOption(option, 'it is false');
  }
  const [down, across] = isUpSampling ? settings.pair('size', 2) : [1, 1];
  const height = isUpSampling ? rows * down : settings.number('height');
  const width = isUpSampling ? columns * across : settings.number('width');
  return addAfter(calling, '', { kind: 'resizing', height, width, interpolation }, onlyInput(calling));
}

function dropoutRate(settings: Settings): number {
  const rate = settings.number('rate');
  return rate >= 0 && rate < 1 ? rate : settings.refuseOption('rate', 'it is a share from 0 to below 1');
}

function dropout(calling: Calling): string {
  const { settings } = calling;
  const rate = dropoutRate(settings);
  const noise = settings.has('noise_shape') ? listOf(settings.fields['noise_shape']) : null;
  const isPerImage = noise !== null && noise.slice(1).every((size) => size === 1);
  if (noise !== null && !isPerImage) settings.refuseOption('noise_shape', 'values are dropped one by one or by image');
  return addAfter(calling, '', { kind: 'dropout', rate, ...(isPerImage && { perImage: true }) }, onlyInput(calling));
}

function reshape(calling: Calling): string {
  const { settings } = calling;
  const values = elementCount(inputShape(calling));
  const target = listOf(settings.fields['target_shape']);
  const known = target.reduce<number>((product, size) => (size === -1 ? product : product * Number(size)), 1);
  const shape = target.map((size) => (size === -1 ? values / known : Number(size)));
  return addAfter(calling, '', { kind: 'reshape', shape }, onlyInput(calling));
}

function permute(calling: Calling): string {
  const dims = listOf(calling.settings.fields['dims']).map((axis) => Number(axis) - 1);
  return addAfter(calling, '', { kind: 'permute', order: dims }, onlyInput(calling));
}

/** A chain of sums or products of two, in the order of the inputs. */
function merged(calling: Calling, kind: 'add' | 'multiply', scale?: number): string {
  const { builder, settings, name, inputs } = calling;
  const [first, ...others] = inputs;
  if (first === undefined || others.length === 0) {
    return settings.refuse(`${settings.className} takes two inputs or more; it is called with ${inputs.length}.`);
  }
  const layer: Unplaced = kind === 'add' ? { kind, ...(scale !== undefined && { scale }) } : { kind };
  return others.reduce((sum, input, index) => {
    const isLast = index === others.length - 1;
    return builder.add(settings.place, isLast ? name : `${name}/of_${index + 2}`, layer, [sum, input]);
  }, first);
}

/** Features are joined as images of one pixel. */
function concatenated(calling: Calling): string {
  const { builder, settings, name, inputs } = calling;
  const ranks = new Set(inputs.map((input) => builder.shapeOf(input).length));
  const rank = builder.shapeOf(inputs[0] ?? '').length;
  settings.expectLastAxis(rank + 1);
  if (ranks.size !== 1 || rank !== 1) return builder.add(settings.place, name, { kind: 'concatenate' }, inputs);
  const images = inputs.map((input, index) =>
    addAfter(calling, `as_image_${index + 1}`, { kind: 'reshape', shape: [1, 1, ...builder.shapeOf(input)] }, input),
  );
  const joined = builder.add(settings.place, `${name}/joined`, { kind: 'concatenate' }, images);
  return addAfter(calling, '', { kind: 'reshape', shape: [builder.shapeOf(joined)[2] ?? 0] }, joined);
}

function spatialDropout(calling: Calling): string {
  const { settings } = calling;
  settings.expectChannelsLast();
  imageShape(calling);
  return addAfter(calling, '', { kind: 'dropout', rate: dropoutRate(settings), perChannel: true }, onlyInput(calling));
}

/** Why a layer is refused that many models have. */
const REASONS: Readonly<Record<string, string>> = {
  Lambda: 'its code is in the file, and code of files is never run',
};

function unsupported({ settings }: Calling): never {
  const { className } = settings;
  if (/^Random[A-Z]/.test(className)) {
    const advice = 'Save the model without it: Thaw has augmentation of its own, see --augment.';
    return settings.refuse(`${className} is not supported; it changes images while training.`, advice);
  }
  const reason = Object.hasOwn(REASONS, className) ? REASONS[className] : undefined;
  return settings.refuse(
    `${className.slice(0, 80)} is not supported; ${reason ?? 'it is none of the layers that Thaw computes'}.`,
  );
}

/** The layers without a kernel, by their class. */
const CONVERTERS: Readonly<Record<string, (calling: Calling) => string>> = {
  Activation: activation,
  Add: (calling) => merged(calling, 'add'),
  BatchNormalization: batchNorm,
  Concatenate: concatenated,
  Cropping2D: cropping,
  Dropout: dropout,
  ELU: activation,
  Flatten: (calling) => {
    calling.settings.expectChannelsLast();
    const shape = [elementCount(inputShape(calling))];
    return addAfter(calling, '', { kind: 'reshape', shape }, onlyInput(calling));
  },
  GlobalAveragePooling2D: (calling) => globalPooling(calling, 'average'),
  GlobalMaxPooling2D: (calling) => globalPooling(calling, 'max'),
  LayerNormalization: layerNorm,
  LeakyReLU: activation,
  Multiply: (calling) => merged(calling, 'multiply'),
  Permute: permute,
  ReLU: activation,
  Rescaling: (calling) => {
    const { settings } = calling;
    const [scale, offset] = [settings.number('scale'), settings.number('offset', 0)];
    return addAfter(calling, '', { kind: 'rescaling', scale, offset }, onlyInput(calling));
  },
  Reshape: reshape,
  Resizing: resizing,
  Softmax: activation,
  SpatialDropout2D: spatialDropout,
  Subtract: (calling) => merged(calling, 'add', -1),
  UpSampling2D: resizing,
  ZeroPadding2D: (calling) => {
    calling.settings.expectChannelsLast();
    const padding = sidesOf(calling.settings, 'padding');
    return addAfter(calling, '', { kind: 'zeroPadding2d', padding }, onlyInput(calling));
  },
};

function activation(calling: Calling): string {
  const found = activationOf(calling.settings, calling.isVersion3);
  const input = onlyInput(calling);
  if (found === null || found.activation === 'linear') return input;
  const slope = found.negativeSlope !== undefined && { negativeSlope: found.negativeSlope };
  return addAfter(calling, '', { kind: 'activation', activation: found.activation, ...slope }, input);
}

/**
 * Adds what a layer of a configuration is, where it is called.
 *
 * @returns the name of the layer whose output is that of the call
 * @throws ThawError `network.invalid`, with the place, for what is not supported or does not fit
 */
export function convertLayer(calling: Calling): string {
  const { settings } = calling;
  const kernel = kernelLayer(settings);
  if (kernel) return withActivation(calling, kernel);
  const pooling = poolingLayer(settings);
  if (pooling) return addAfter(calling, '', pooling, onlyInput(calling));
  const convert = Object.hasOwn(CONVERTERS, settings.className) ? CONVERTERS[settings.className] : undefined;
  return convert ? convert(calling) : unsupported(calling);
}

/** Whether layers of a class hold weights, so that no two calls can share them. */
export function hasWeights(kind: Layer['kind']): boolean {
  return kind === 'batchNorm' || kind === 'layerNorm' || kind === 'dense' || kind.includes('onv2d');
}
