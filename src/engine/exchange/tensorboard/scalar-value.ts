import type { ScalarTensorMessage, SummaryValueMessage } from './messages.ts';

/** By TensorFlow's numbers of data types. */
const CONTENT: Readonly<Record<number, (view: DataView) => number>> = {
  1: (view) => view.getFloat32(0, true),
  2: (view) => view.getFloat64(0, true),
  3: (view) => view.getInt32(0, true),
  9: (view) => Number(view.getBigInt64(0, true)),
};
const CONTENT_BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 8, 3: 4, 9: 8 };

function isScalar({ tensorShape }: ScalarTensorMessage): boolean {
  return (tensorShape?.dim ?? []).every(({ size }) => size === 1);
}

function tensorValue(tensor: ScalarTensorMessage): number | null {
  const { dtype = 0, tensorContent } = tensor;
  const read = CONTENT[dtype];
  if (!read || !isScalar(tensor)) return null;
  if (tensorContent && tensorContent.length > 0) {
    if (tensorContent.length !== CONTENT_BYTES[dtype]) return null;
    return read(new DataView(tensorContent.buffer, tensorContent.byteOffset, tensorContent.byteLength));
  }
  return (tensor.floatVal ?? tensor.doubleVal ?? tensor.intVal ?? tensor.int64Val)?.[0] ?? 0;
}

/**
 * The one number of a summary's value, as TensorFlow 1 writes it (`simple_value`) or as TensorFlow 2 does (a tensor without
 * dimensions).
 *
 * @returns null where it is a picture, a distribution, a text or the like
 */
export function scalarValue({ simpleValue, tensor }: SummaryValueMessage): number | null {
  if (simpleValue !== undefined) return simpleValue;
  return tensor ? tensorValue(tensor) : null;
}
