import { stat } from 'node:fs/promises';
import { MalformedBytes, protobufFields } from '../byte-reader.ts';
import { isFloat, type Dtype } from '../dtype.ts';
import { claimedElements, DAMAGED_HINT, noSuchTensor, readInto, unreadable } from '../files.ts';
import { SortedStringTable, type TableSource } from '../sorted-string-table.ts';
import type { ListedTensor, StoredWeights } from '../weights-file.ts';
import { TENSORFLOW_DTYPES } from './dtypes.ts';
import { sliceKey } from './slice-key.ts';
import { tensorValues } from './tensor-proto.ts';
import { placeSlice, shapeOf, sliceOf, sliceShape, type TensorSlice } from './tensor-slice.ts';

interface Place extends ListedTensor {
  readonly slices: readonly TensorSlice[];
}

function fileSource(path: string, bytes: number): TableSource {
  return {
    bytes,
    read: (offset, length) => {
      const target = new Uint8Array(length);
      readInto(path, offset, target);
      return target;
    },
  };
}

/** A field that is a message, of a message. */
function messages(message: Uint8Array, number: number): readonly Uint8Array[] {
  return [...protobufFields(message)].flatMap((field) =>
    field.number === number && field.kind === 'bytes' ? [field.value] : [],
  );
}

/** A `SavedSliceMeta`: what is said of a tensor before all values. */
function slicedTensor(
  message: Uint8Array,
): { readonly name: string; readonly dtype: Dtype | null } & Pick<Place, 'shape' | 'slices'> {
  let dtype: Dtype | null = null;
  for (const field of protobufFields(message)) {
    if (field.number === 3 && field.kind === 'number') dtype = TENSORFLOW_DTYPES.get(field.value) ?? null;
  }
  const [name = new Uint8Array(0)] = messages(message, 1);
  const [shape = new Uint8Array(0)] = messages(message, 2);
  return {
    name: new TextDecoder().decode(name),
    dtype,
    shape: shapeOf(shape),
    slices: messages(message, 4).map(sliceOf),
  };
}

function listTensors(path: string, metadata: Uint8Array, fileBytes: number): ReadonlyMap<string, Place> {
  const tensors = new Map<string, Place>();
  const found = messages(metadata, 1).map(slicedTensor);
  const names = new Set(found.map(({ name }) => name));
  for (const { name, dtype, shape, slices } of found) {
    if (dtype === null) continue;
    const elements = claimedElements(shape);
    // The smallest number takes a byte.
    if (elements === null || elements > fileBytes) {
      throw unreadable(
        path,
        `A tensor fits in its checkpoint; '${name}' claims the shape [${shape.join(', ')}] in ${fileBytes} bytes.`,
        DAMAGED_HINT,
      );
    }
    if (tensors.has(name)) throw new MalformedBytes(`'${name}' is in it twice`);
    const covered = slices.reduce((sum, slice) => sum + (claimedElements(sliceShape(shape, slice)) ?? Number.NaN), 0);
    if (covered !== elements)
      throw new MalformedBytes(`the slices of '${name}' have ${covered} of its ${elements} values`);
    // Optimizer slots are stored as `<tensor>/<slot>`.
    const isSlot = names.has(name.slice(0, Math.max(0, name.lastIndexOf('/'))));
    tensors.set(name, { shape, dtype, storedName: name, isWeight: isFloat(dtype) && !isSlot, slices });
  }
  return tensors;
}

/** The `SavedSlice.data` that a table has under a slice's key. */
function sliceData(table: SortedStringTable, name: string, slice: TensorSlice): Uint8Array {
  const key = sliceKey(name, slice);
  for (const entry of table.entries(key)) {
    const order = Buffer.compare(entry.key, key);
    if (order < 0) continue;
    if (order > 0) break;
    const [saved = new Uint8Array(0)] = messages(entry.value, 2);
    const [data] = messages(saved, 3);
    if (data !== undefined) return data;
  }
  throw new MalformedBytes(`a slice of '${name}' is missing`);
}

function readTensor(table: SortedStringTable, name: string, { shape, dtype, slices }: Place): Float32Array {
  const [only] = slices;
  if (slices.length === 1 && only) return tensorValues(sliceData(table, name, only), shape, dtype);
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (const slice of slices) {
    placeSlice(values, shape, slice, tensorValues(sliceData(table, name, slice), sliceShape(shape, slice), dtype));
  }
  return values;
}

/** Opens a table of TensorFlow's as a V1 checkpoint, or says that it is the index of a V2 one. */
export async function openCheckpointVersion1(path: string): Promise<StoredWeights | null> {
  const fileBytes = (await stat(path)).size;
  const explained = (error: unknown): unknown =>
    error instanceof MalformedBytes
      ? unreadable(path, `A checkpoint is a complete table of its tensors; ${error.message}.`, DAMAGED_HINT, error)
      : error;
  try {
    const table = new SortedStringTable(fileSource(path, fileBytes));
    const [first] = table.entries();
    // Under the empty key V1 has a message of messages, and V2 one of numbers.
    const [metadata] = first?.key.length === 0 ? messages(first.value, 1) : [];
    if (metadata === undefined) return null;
    const tensors = listTensors(path, metadata, fileBytes);
    return {
      path,
      format: 'tensorflow-checkpoint-v1',
      framework: 'tensorflow',
      files: [path],
      tensors,
      read: (name) => {
        const found = tensors.get(name);
        if (found === undefined) throw noSuchTensor(path, name);
        try {
          return readTensor(table, name, found);
        } catch (error) {
          throw explained(error);
        }
      },
      close: () => undefined,
    };
  } catch (error) {
    throw explained(error);
  }
}
