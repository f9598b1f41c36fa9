import { MalformedBytes, protobufFields } from '../byte-reader.ts';

/** The part of each dimension that a slice has; null for all of it. */
export type TensorSlice = readonly ({ readonly start: number; readonly length: number } | null)[];

const MOST_DIMENSIONS = 32;

/** Sizes of a `TensorShapeProto`; those unknown are written as -1, which no number here can be. */
export function shapeOf(message: Uint8Array): number[] {
  const shape: number[] = [];
  for (const field of protobufFields(message)) {
    if (field.number !== 2 || field.kind !== 'bytes') continue;
    let size = 0;
    for (const part of protobufFields(field.value)) if (part.number === 1 && part.kind === 'number') size = part.value;
    shape.push(size);
  }
  return shape;
}

/** A `TensorSliceProto`: an extent a dimension, an empty one for all of it. */
export function sliceOf(message: Uint8Array): TensorSlice {
  const slice: ({ start: number; length: number } | null)[] = [];
  for (const field of protobufFields(message)) {
    if (field.number !== 1 || field.kind !== 'bytes') continue;
    const numbers = new Map<number, number>();
    for (const part of protobufFields(field.value)) if (part.kind === 'number') numbers.set(part.number, part.value);
    const length = numbers.get(2);
    slice.push(length === undefined ? null : { start: numbers.get(1) ?? 0, length });
  }
  if (slice.length > MOST_DIMENSIONS) throw new MalformedBytes(`a slice has ${slice.length} dimensions`);
  return slice;
}

/** The shape of a slice of a tensor. @throws MalformedBytes where it lies outside the tensor */
export function sliceShape(shape: readonly number[], slice: TensorSlice): number[] {
  if (slice.length !== shape.length) {
    throw new MalformedBytes(`a slice of ${slice.length} dimensions is one of a tensor of ${shape.length}`);
  }
  return shape.map((size, axis) => {
    const extent = slice[axis] ?? { start: 0, length: size };
    if (extent.start + extent.length > size) {
      throw new MalformedBytes(`a slice of ${extent.length} at ${extent.start} is one of a dimension of ${size}`);
    }
    return extent.length;
  });
}

/** Puts the values of a slice where they belong in those of the whole tensor. */
export function placeSlice(
  target: Float32Array,
  shape: readonly number[],
  slice: TensorSlice,
  values: Float32Array,
): void {
  const sizes = sliceShape(shape, slice);
  const rowSize = sizes.at(-1) ?? 1;
  if (rowSize === 0) return;
  const place = sizes.map(() => 0);
  for (let from = 0; from < values.length; from += rowSize) {
    let to = 0;
    for (const [axis, size] of shape.entries()) to = to * size + (slice[axis]?.start ?? 0) + (place[axis] ?? 0);
    target.set(values.subarray(from, from + rowSize), to);
    for (let axis = sizes.length - 2; axis >= 0; axis -= 1) {
      place[axis] = (place[axis] ?? 0) + 1;
      if ((place[axis] ?? 0) < (sizes[axis] ?? 0)) break;
      place[axis] = 0;
    }
  }
}
