import type { Output } from '../runtime/session.ts';
import type { Reference, Summary } from './reference-file.ts';

/** How far a value may lie from one of a tensor with that deviation, for both to be equal in float32. */
export function tolerance({ std }: Pick<Summary, 'std'>): number {
  return 1e-3 * std + 1e-4;
}

/** Values of [batch, height, width, channels] as PyTorch orders them: [batch, channels, height, width]. */
export function channelsFirst({ data, shape }: Output): Output {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  const pixels = height * width;
  const values = new Float32Array(data.length);
  let to = 0;
  for (let image = 0; image < batch; image += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      let from = image * pixels * channels + channel;
      for (let pixel = 0; pixel < pixels; pixel += 1, from += channels, to += 1) values[to] = data[from] ?? NaN;
    }
  }
  return { data: values, shape: [batch, channels, height, width] };
}

/** Probabilities of logits, the last dimension's being the classes. */
export function softmax({ data, shape }: Output): Output {
  const classes = shape.at(-1) ?? 0;
  const values = Float32Array.from(data);
  for (let start = 0; start < values.length; start += classes) {
    const row = values.subarray(start, start + classes);
    const largest = row.reduce((most, logit) => Math.max(most, logit), -Infinity);
    const powers = row.map((logit) => Math.exp(logit - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    row.set(powers.map((power) => power / sum));
  }
  return { data: values, shape };
}

/**
 * Largest distance between a tensor and its summary, in units of what is allowed: at most 1 is equal. NaN where they are of
 * different shapes, not counting sizes of 1, or a value is no number.
 */
export function distance({ data, shape }: Output, expected: Summary): number {
  const essential = (sizes: readonly number[]): string => sizes.filter((size) => size !== 1).join();
  if (essential(shape) !== essential(expected.shape)) return NaN;
  let sum = 0;
  for (const value of data) sum += value;
  const mean = sum / data.length;
  let squares = 0;
  for (const value of data) squares += (value - mean) ** 2;
  const differences = [
    mean - expected.mean,
    Math.sqrt(squares / data.length) - expected.std,
    ...expected.first.slice(0, data.length).map((value, index) => (data[index] ?? NaN) - value),
  ];
  return Math.max(...differences.map(Math.abs)) / tolerance(expected);
}

/** The same of all logits that a reference lists, [2, classes]. */
export function logitsDistance({ data, shape }: Output, { logits, ...expected }: Reference['output']): number {
  const classes = shape.at(-1) ?? 0;
  const differences = logits.flatMap((row, image) =>
    row.map((value, index) => Math.abs((data[image * classes + index] ?? NaN) - value)),
  );
  return Math.max(0, ...differences) / tolerance(expected);
}
