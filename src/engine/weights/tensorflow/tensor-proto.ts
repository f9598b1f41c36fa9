import { ByteReader, MalformedBytes, protobufFields } from '../byte-reader.ts';
import { DTYPE_BYTES, toFloat32, type Dtype } from '../dtype.ts';
import { claimedElements } from '../files.ts';
import { TENSORFLOW_DTYPES } from './dtypes.ts';
import { shapeOf } from './tensor-slice.ts';

/** The field of a `TensorProto` that holds values of a type one by one. */
const VALUE_FIELDS: Readonly<Record<Dtype, number>> = {
  float32: 5,
  float64: 6,
  int32: 7,
  int16: 7,
  uint16: 7,
  int8: 7,
  uint8: 7,
  int64: 10,
  bool: 11,
  float16: 13,
  bfloat16: 13,
  uint32: 16,
  uint64: 17,
};
const CONTENT_FIELD = 4;

/** A `TensorProto`, its values not yet converted. */
export interface TensorMessage {
  /** Null for texts and other types that are no numbers. */
  readonly dtype: Dtype | null;
  readonly shape: readonly number[];
  readonly message: Uint8Array;
}

/** What a `TensorProto` says of itself. @throws MalformedBytes */
export function tensorMessage(message: Uint8Array): TensorMessage {
  let dtype: Dtype | null = null;
  let shape: readonly number[] = [];
  for (const field of protobufFields(message)) {
    if (field.number === 1 && field.kind === 'number') dtype = TENSORFLOW_DTYPES.get(field.value) ?? null;
    else if (field.number === 2 && field.kind === 'bytes') shape = shapeOf(field.value);
  }
  return { dtype, shape, message };
}

/** A float16 or bfloat16 as its bits, any other number as itself. */
function fromNumber(value: number, dtype: Dtype): number {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return value;
  return toFloat32(Uint8Array.of(value & 255, (value >> 8) & 255), dtype)[0] ?? 0;
}

/** Values one after another: those of a fixed width as their bytes, others as varints. */
function packed(bytes: Uint8Array, dtype: Dtype): Float32Array {
  if (dtype === 'float32' || dtype === 'float64') return toFloat32(new Uint8Array(bytes), dtype);
  const values: number[] = [];
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) values.push(fromNumber(reader.signedVarint(), dtype));
  return Float32Array.from(values);
}

/**
 * The values of a `TensorProto`: as bytes, one by one, or fewer of them than there are, of which the last one stands for the
 * rest (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/tensor.proto).
 *
 * @param dtype where the message itself does not say it, as in a checkpoint of the V1 format
 * @throws MalformedBytes where the values are not as many as the shape says
 */
export function tensorValues(message: Uint8Array, shape: readonly number[], dtype: Dtype): Float32Array {
  const count = claimedElements(shape);
  if (count === null) throw new MalformedBytes(`a tensor has the shape [${shape.join(', ')}]`);
  const parts: Float32Array[] = [];
  for (const field of protobufFields(message)) {
    if (field.kind === 'bytes' && field.number === CONTENT_FIELD && field.value.length > 0) {
      if (field.value.length !== count * DTYPE_BYTES[dtype]) {
        throw new MalformedBytes(`${field.value.length} bytes are those of a tensor of shape [${shape.join(', ')}]`);
      }
      return toFloat32(new Uint8Array(field.value), dtype);
    }
    if (field.number !== VALUE_FIELDS[dtype]) continue;
    if (field.kind === 'bytes') parts.push(packed(field.value, dtype));
    else parts.push(Float32Array.of(fromNumber(field.value, dtype)));
  }
  const given = parts.reduce((sum, part) => sum + part.length, 0);
  if (given > count) throw new MalformedBytes(`${given} values are those of a tensor of shape [${shape.join(', ')}]`);
  const values = new Float32Array(count);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return given === 0 ? values : values.fill(values[given - 1] ?? 0, given);
}
