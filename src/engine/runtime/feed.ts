import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { DataType } from '../graph/data-type.ts';

/** A tensor of a program, as its signatures name it. */
export interface TensorInformation {
  /** `conv1/Conv2D:0` */
  readonly name: string;
  readonly dtype: DataType;
  /** -1 for a size that is free. */
  readonly shape: readonly number[];
}

/** A value to be fed: the type of the array is that of the tensor; a list of bytes is a tensor of strings. */
export interface Feed {
  readonly data: Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];
  readonly shape: readonly number[];
}

/** What a kind of array can be fed as. */
export function feedableTypes(data: Feed['data']): readonly DataType[] {
  if (data instanceof Float32Array) return ['float32'];
  if (data instanceof Int32Array) return ['int32'];
  return data instanceof Uint8Array ? ['uint8', 'bool'] : ['string'];
}

/** @throws ThawError `runtime.failed` when the shape does not have as many elements as there is data */
export function checkElements(name: string, { data, shape }: Feed): void {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === data.length) return;
  throw new ThawError(
    'runtime.failed',
    `A feed has as many values as its shape; '${name}' has ${data.length} values for [${shape.join(', ')}].`,
    'This is a defect of Thaw: report it with this message.',
  );
}

/** @throws ThawError `runtime.failed` when a value cannot be fed as this tensor */
export function checkFeed(
  name: string,
  expected: TensorInformation,
  dtypes: readonly DataType[],
  shape: readonly number[],
): void {
  const fits =
    dtypes.includes(expected.dtype) &&
    shape.length === expected.shape.length &&
    expected.shape.every((size, axis) => size === -1 || size === shape[axis]);
  if (fits) return;
  throw new ThawError(
    'runtime.failed',
    `'${name}' takes ${expected.dtype} [${expected.shape.join(', ')}]; ` +
      `received ${dtypes.join(' or ')} [${shape.join(', ')}].`,
    'This is a defect of Thaw: report it with this message.',
  );
}
