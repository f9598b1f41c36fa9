import type { ExplicitPadding, Layer, Network, Padding } from '../../network/layer.ts';
import type { Shape } from '../../network/shape.ts';

/** What slides over an image, [rows, columns]. */
export interface Window {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** How a window is written: the image padded with zeros before, where that takes a layer of its own. */
export interface WrittenWindow {
  readonly padding: 'same' | 'valid';
  readonly zeros: ExplicitPadding | null;
}

const NONE: ExplicitPadding = { top: 0, bottom: 0, left: 0, right: 0 };

/** What `same` adds to an image, as TensorFlow has it. */
function samePadding({ size, strides }: Window, input: Shape): ExplicitPadding {
  const [rows = [0, 0], columns = [0, 0]] = [0, 1].map((axis) => {
    const length = input[axis] ?? 0;
    const stride = strides[axis] ?? 1;
    const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + (size[axis] ?? 1) - length);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  });
  return { top: rows[0] ?? 0, bottom: rows[1] ?? 0, left: columns[0] ?? 0, right: columns[1] ?? 0 };
}

function isEqual(left: ExplicitPadding, right: ExplicitPadding): boolean {
  return (
    left.top === right.top && left.bottom === right.bottom && left.left === right.left && left.right === right.right
  );
}

/** Keras pads by words alone. */
export function writtenWindow(window: Window, input: Shape): WrittenWindow {
  const { padding } = window;
  if (typeof padding === 'string') return { padding, zeros: null };
  if (isEqual(padding, NONE)) return { padding: 'valid', zeros: null };
  if (isEqual(padding, samePadding(window, input))) return { padding: 'same', zeros: null };
  return { padding: 'valid', zeros: padding };
}

const FROM_ZERO: ReadonlySet<string> = new Set(['relu', 'relu6', 'sigmoid', 'softmax', 'hard_sigmoid']);

/** Whether a layer gives nothing below 0 whatever the image, so that zeros change no maximum. */
export function isFromZero({ layers }: Network, name: string): boolean {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const asked = new Set([name]);
  for (const one of asked) {
    const layer = byName.get(one);
    if (!layer || !keepsSign(layer)) return false;
    if (!endsSigns(layer)) for (const input of layer.inputs) asked.add(input);
  }
  return true;
}

function endsSigns(layer: Layer): boolean {
  const activation = layer.kind === 'activation' || layer.kind === 'conv2d' ? layer.activation : undefined;
  return activation !== undefined && FROM_ZERO.has(activation);
}

/** Of what is never below 0 they make nothing that is. */
const KEEPS_SIGN: ReadonlySet<Layer['kind']> = new Set([
  'maxPool2d',
  'averagePool2d',
  'concatenate',
  'dropout',
  'multiply',
  'zeroPadding2d',
]);

function keepsSign(layer: Layer): boolean {
  if (layer.kind === 'add') return (layer.scale ?? 1) >= 0;
  return KEEPS_SIGN.has(layer.kind) || endsSigns(layer);
}
