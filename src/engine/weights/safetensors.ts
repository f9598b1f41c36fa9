import { tensorBytes } from '../network/tensor-memory.ts';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { ThawError } from '../../shared/errors/thaw-error.ts';
import { DTYPE_BYTES, isFloat, toFloat32, type Dtype } from './dtype.ts';
import { DAMAGED_HINT, claimedElements, noSuchTensor, readInto, unreadable } from './files.ts';
import type { Framework, ListedTensor, StoredWeights } from './weights-file.ts';

/** The format's own limit. */
const LONGEST_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const DTYPES: Readonly<Record<string, Dtype>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  U16: 'uint16',
  I16: 'int16',
  U32: 'uint32',
  I32: 'int32',
  U64: 'uint64',
  I64: 'int64',
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};
/** What the tools that write these files say of their names. */
const FRAMEWORKS: Readonly<Record<string, Framework>> = { pt: 'torch', tf: 'tensorflow' };

const tensorHeader = z.object({
  dtype: z.string(),
  shape: z.array(z.number()),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const fileHeader = z.record(z.string(), z.unknown());

const metadata = z.object({ format: z.string().optional() });

interface Place extends ListedTensor {
  /** Bytes from the start of the file. */
  readonly offset: number;
}

function parseHeader(path: string, bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadable(path, 'A safetensors header is JSON in UTF-8; this one does not parse.', DAMAGED_HINT, error);
  }
  const header = fileHeader.safeParse(json);
  if (!header.success) throw unreadable(path, 'A safetensors header is a JSON object.', DAMAGED_HINT);
  return header.data;
}

function refused(path: string, name: string, found: string): ThawError {
  return unreadable(
    path,
    `A safetensors tensor states dtype, shape and bytes that agree; '${name}' ${found}.`,
    DAMAGED_HINT,
  );
}

/** Checks every claim of the header against the others and against the file's size, as the format demands. */
function places(
  path: string,
  header: Record<string, unknown>,
  dataStart: number,
  dataBytes: number,
): Map<string, Place> {
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => {
      const parsed = tensorHeader.safeParse(value);
      if (!parsed.success) throw refused(path, name, 'lacks one of them');
      return { name, ...parsed.data, begin: parsed.data.data_offsets[0], end: parsed.data.data_offsets[1] };
    })
    .sort((first, second) => first.begin - second.begin || first.end - second.end);
  const found = new Map<string, Place>();
  let expectedBegin = 0;
  for (const { name, dtype, shape, begin, end } of entries) {
    if (begin !== expectedBegin || end < begin || end > dataBytes) {
      throw refused(
        path,
        name,
        `lies at [${begin}, ${end}] of ${dataBytes} bytes, where ${expectedBegin} is the next free one`,
      );
    }
    expectedBegin = end;
    const elements = claimedElements(shape);
    if (elements === null) throw refused(path, name, `has the shape [${shape.join(', ')}]`);
    const known = Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined;
    if (known === undefined) {
      throw unreadable(
        path,
        `Thaw reads safetensors of the dtypes ${Object.keys(DTYPES).join(', ')}; '${name}' is ${dtype.slice(0, 40)}.`,
        'Save the tensors as float32 and open that file.',
      );
    }
    if (end - begin !== elements * DTYPE_BYTES[known])
      throw refused(path, name, `has [${shape.join(', ')}] ${dtype} in ${end - begin} bytes`);
    found.set(name, { shape, dtype: known, storedName: name, isWeight: isFloat(known), offset: dataStart + begin });
  }
  if (expectedBegin !== dataBytes) {
    throw unreadable(
      path,
      `A safetensors file holds its tensors and nothing else; found ${dataBytes - expectedBegin} bytes of no tensor.`,
      DAMAGED_HINT,
    );
  }
  return found;
}

/**
 * Opens a safetensors file; names are taken as they are (https://huggingface.co/docs/safetensors).
 *
 * @throws ThawError `weights.unreadable` for a header that lies about the file, or a dtype that no weights have
 */
export async function openSafetensors(path: string): Promise<StoredWeights> {
  const { size } = await stat(path);
  if (size < LENGTH_BYTES)
    throw unreadable(path, `A safetensors file starts with 8 bytes of length; it has ${size}.`, DAMAGED_HINT);
  const lengthBytes = Buffer.alloc(LENGTH_BYTES);
  readInto(path, 0, lengthBytes);
  const length = lengthBytes.readBigUInt64LE();
  if (length > LONGEST_HEADER_BYTES || Number(length) > size - LENGTH_BYTES) {
    throw unreadable(
      path,
      `A safetensors header ends within the file and after at most ${LONGEST_HEADER_BYTES} bytes; this one claims ${length} of ${size}.`,
      DAMAGED_HINT,
    );
  }
  const headerBytes = new Uint8Array(Number(length));
  readInto(path, LENGTH_BYTES, headerBytes);
  const dataStart = LENGTH_BYTES + headerBytes.length;
  const header = parseHeader(path, headerBytes);
  const tensors = places(path, header, dataStart, size - dataStart);
  const { format = '' } = metadata.safeParse(header['__metadata__']).data ?? {};
  return {
    path,
    format: 'safetensors',
    framework: (Object.hasOwn(FRAMEWORKS, format) ? FRAMEWORKS[format] : undefined) ?? null,
    files: [path],
    tensors,
    read: (name) => {
      const place = tensors.get(name);
      if (place === undefined) throw noSuchTensor(path, name);
      const elements = place.shape.reduce((product, dimension) => product * dimension, 1);
      const bytes = tensorBytes(elements * DTYPE_BYTES[place.dtype]);
      readInto(path, place.offset, bytes);
      return toFloat32(bytes, place.dtype);
    },
    close: () => undefined,
  };
}
