import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { TensorValue } from './attribute.ts';
import type { DataType } from './data-type.ts';

/** One number fills the tensor. */
export type ConstantValues = number | readonly number[] | Float32Array | Int32Array | Uint8Array | readonly string[];

const NUMERIC = {
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

/**
 * The value of a Const.
 *
 * @throws ThawError `graph.invalid` when the number of values does not fit the shape, or the type has no constants
 */
export function tensorValue(
  name: string,
  dtype: DataType,
  shape: readonly number[],
  values: ConstantValues,
): TensorValue {
  const list: ArrayLike<number | string> = typeof values === 'number' ? [values] : values;
  const count = shape.reduce((product, size) => product * size, 1);
  if (list.length !== count && typeof values !== 'number') {
    throw new ThawError(
      'graph.invalid',
      `Constant '${name}' of shape [${shape.join(', ')}] needs ${count} values, or one to fill it; received ${list.length}.`,
      'Give as many values as the shape has elements.',
    );
  }
  if (dtype === 'string') {
    return { dtype, shape, values: Array.from(list, (value) => new TextEncoder().encode(String(value))) };
  }
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'uint8') {
    return { dtype, shape, values: NUMERIC[dtype].from(Array.from(list, Number)) };
  }
  throw new ThawError(
    'graph.invalid',
    `Constant '${name}' is ${dtype}; constants are float32, int32, uint8 or string.`,
    'Make a float32 constant and cast it in the graph.',
  );
}
