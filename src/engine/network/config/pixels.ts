import type { Preprocessing } from '../preprocessing.ts';
import { listOf, type Settings } from './settings.ts';

/** One number, or one for each of the three channels. */
type PerChannel = Preprocessing['scale'];

const DEEPEST = 4;

/** What has become of the pixels of an image: `pixel * scale + offset`. */
export interface Pixels {
  readonly scale: PerChannel;
  readonly offset: PerChannel;
}

export function samePixels(left: Pixels, right: Pixels): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

export const UNCHANGED: Pixels = { scale: 1, offset: 0 };

function combine(left: PerChannel, right: PerChannel, operation: (a: number, b: number) => number): PerChannel {
  if (typeof left === 'number' && typeof right === 'number') return operation(left, right);
  const [a, b] = [left, right].map((values) => (typeof values === 'number' ? [values, values, values] : values));
  const at = (channel: number): number => operation(a?.[channel] ?? 0, b?.[channel] ?? 0);
  return [at(0), at(1), at(2)];
}

/** One after the other. */
export function composed(first: Pixels, second: Pixels): Pixels {
  return {
    scale: combine(first.scale, second.scale, (a, b) => a * b),
    offset: combine(
      combine(first.offset, second.scale, (a, b) => a * b),
      second.offset,
      (a, b) => a + b,
    ),
  };
}

function perChannel(settings: Settings, name: string, usual?: number): PerChannel {
  const value = settings.fields[name];
  // Keras writes what is the same for every pixel in as many brackets as an image has dimensions.
  const [red, green, blue, ...others] = listOf(value).flat(DEEPEST);
  if (typeof red === 'number' && green === undefined) return red;
  if (typeof red === 'number' && typeof green === 'number' && typeof blue === 'number' && others.length === 0) {
    return [red, green, blue];
  }
  return settings.number(name, usual);
}

/** Keras' `epsilon()`, below which Normalization divides by no deviation. */
const SMALLEST_DEVIATION = 1e-7;

/** (x - mean) / deviation of each channel; the other way round where it is inverted. */
function normalised(settings: Settings): Pixels {
  // No axis, one mean for all: Keras 2 writes none of them as an empty list.
  if (listOf(settings.fields['axis']).length > 0 || !Array.isArray(settings.fields['axis'])) settings.expectLastAxis(4);
  if (!settings.has('mean') || !settings.has('variance')) {
    return settings.refuse('Normalization has a mean and a variance; these are neither given nor in the file.');
  }
  const mean = perChannel(settings, 'mean');
  const deviation = combine(perChannel(settings, 'variance'), 0, (variance) =>
    Math.max(Math.sqrt(variance), SMALLEST_DEVIATION),
  );
  if (settings.boolean('invert', false)) return { scale: deviation, offset: mean };
  const scale = combine(deviation, 0, (value) => 1 / value);
  return { scale, offset: combine(mean, scale, (value, factor) => -value * factor) };
}

/** Operators of Keras 3 and, as `function`s of a TFOpLambda, of TensorFlow: with a number they scale or shift. */
function operatorOf({ className, fields }: Settings): string {
  const named = fields['function'];
  return className === 'TFOpLambda' && typeof named === 'string' ? named : className;
}

function scaledBy(settings: Settings, numbers: readonly number[], isNumberFirst: boolean): Pixels | null {
  if (settings.className === 'Rescaling') {
    return { scale: perChannel(settings, 'scale'), offset: perChannel(settings, 'offset', 0) };
  }
  if (settings.className === 'Normalization') return normalised(settings);
  const [number, ...others] = numbers;
  if (number === undefined || others.length > 0) return null;
  switch (operatorOf(settings)) {
    case 'TrueDivide':
    case 'Divide':
    case 'math.truediv':
      if (isNumberFirst) return settings.refuse('a number is divided by what comes before; that is not supported.');
      return { scale: 1 / number, offset: 0 };
    case 'Multiply':
    case 'math.multiply':
      return { scale: number, offset: 0 };
    case 'Subtract':
    case 'math.subtract':
      if (isNumberFirst) return { scale: -1, offset: number };
      return { scale: 1, offset: -number };
    case 'Add':
    case '__operators__.add':
      return { scale: 1, offset: number };
    default:
      return null;
  }
}

/**
 * What a layer makes of pixels that nothing but numbers have changed before: such layers belong to the preprocessing.
 *
 * @param pixels null for the output of any other layer
 * @param given what it is called with, in order: numbers, and outputs of layers
 * @returns null for a layer that does something else, a Rescaling of another layer's output among them
 * @throws ThawError `network.invalid` for one that scales the output of another layer
 */
export function pixelsAfter(settings: Settings, pixels: Pixels | null, given: readonly unknown[]): Pixels | null {
  const numbers = given.filter((one) => typeof one === 'number');
  const scaled = scaledBy(settings, numbers, typeof given[0] === 'number');
  if (!scaled) {
    if (numbers.length > 0) settings.refuse(`${settings.className} is not supported with a number.`);
    return null;
  }
  if (!pixels && settings.className === 'Rescaling') return null;
  if (!pixels) return settings.refuse(`${settings.className} by numbers is supported at the input alone.`);
  return composed(pixels, scaled);
}
