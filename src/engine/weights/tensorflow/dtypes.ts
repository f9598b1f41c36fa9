import type { Dtype } from '../dtype.ts';

/**
 * The numbers of TensorFlow's types of numbers
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/types.proto).
 */
export const TENSORFLOW_DTYPES: ReadonlyMap<number, Dtype> = new Map([
  [1, 'float32'],
  [2, 'float64'],
  [3, 'int32'],
  [4, 'uint8'],
  [5, 'int16'],
  [6, 'int8'],
  [9, 'int64'],
  [10, 'bool'],
  [14, 'bfloat16'],
  [17, 'uint16'],
  [19, 'float16'],
  [22, 'uint32'],
  [23, 'uint64'],
]);
