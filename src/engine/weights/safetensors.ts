import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { ThawError } from '../../shared/errors/thaw-error.ts';
import { DAMAGED_HINT, claimedElements, hashFiles, noSuchTensor, readInto, unreadable } from './files.ts';
import type { TensorEntry, WeightsFile } from './weights-file.ts';

/** The format's own limit. */
const LONGEST_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const INTEGER_DTYPES: ReadonlySet<string> = new Set(['BOOL', 'U8', 'I8', 'U16', 'I16', 'U32', 'I32', 'U64', 'I64']);

const tensorHeader = z.object({
  dtype: z.string(),
  shape: z.array(z.number()),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const fileHeader = z.record(z.string(), z.unknown());

interface Place extends TensorEntry {
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
    // Counters and the like are no weights; floats of other widths are, and leaving them out would hide them.
    if (INTEGER_DTYPES.has(dtype)) continue;
    if (dtype !== 'F32') {
      throw unreadable(
        path,
        `Thaw reads safetensors of dtype F32; '${name}' is ${dtype}.`,
        'Save the tensors as float32 and open that file.',
      );
    }
    if (end - begin !== elements * 4)
      throw refused(path, name, `has [${shape.join(', ')}] F32 in ${end - begin} bytes`);
    found.set(name, { shape, dtype: 'float32', storedName: name, offset: dataStart + begin });
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
 * @throws ThawError `weights.unreadable` for a header that lies about the file, or floats that are not float32
 */
export async function openSafetensors(path: string): Promise<WeightsFile> {
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
  const tensors = places(path, parseHeader(path, headerBytes), dataStart, size - dataStart);
  return {
    path,
    format: 'safetensors',
    sha256: await hashFiles([path]),
    tensors,
    read: (name) => {
      const place = tensors.get(name);
      if (place === undefined) throw noSuchTensor(path, name);
      const values = new Float32Array(place.shape.reduce((product, dimension) => product * dimension, 1));
      readInto(path, place.offset, new Uint8Array(values.buffer));
      return values;
    },
    close: () => undefined,
  };
}
