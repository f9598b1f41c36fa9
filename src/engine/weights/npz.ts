import { describesFile, NpzReader } from '../numpy/npz-reader.ts';
import { readNpyHeader } from '../numpy/npy-header.ts';
import type { ZipMember } from '../numpy/zip-reader.ts';
import { stridedCopy } from '../network/strided-copy.ts';
import { DTYPE_BYTES, isFloat, toFloat32, type Dtype } from './dtype.ts';
import { claimedElements, DAMAGED_HINT, noSuchTensor, unreadable, unreadableFile } from './files.ts';
import type { ListedTensor, StoredWeights } from './weights-file.ts';
import { readMember } from './zip-members.ts';

/** NumPy's letters for what kind of number, before its bytes. */
const KINDS: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint' };

/** `<f4` is float32; null for texts. */
function dtypeOf(description: string): Dtype | null {
  const [, kind = '', bytes = ''] = /^[<|=]?([a-z])(\d+)$/.exec(description) ?? [];
  const name = `${KINDS[kind] ?? ''}${Number(bytes) * 8}`;
  return Object.hasOwn(DTYPE_BYTES, name) ? (name as Dtype) : null;
}

async function listArrays(path: string): Promise<ReadonlyMap<string, ListedTensor>> {
  const archive = await NpzReader.open(path);
  try {
    const tensors = new Map<string, ListedTensor>();
    for (const name of archive.names) {
      const { shape, description } = await archive.describe(name);
      const dtype = dtypeOf(description);
      if (dtype === null) continue;
      if (claimedElements(shape) === null) {
        throw unreadable(
          path,
          `An array's shape is a list of sizes; '${name}' has [${shape.join(', ')}].`,
          DAMAGED_HINT,
        );
      }
      tensors.set(name, { shape, dtype, storedName: name, isWeight: isFloat(dtype) });
    }
    return tensors;
  } finally {
    await archive.close();
  }
}

/** Numbers that lie column by column, as NumPy leaves a transposed array, row by row. */
function rowByRow(values: Float32Array, shape: readonly number[]): Float32Array {
  let stride = 1;
  return stridedCopy(
    values,
    shape,
    shape.map((size) => (stride *= size) / size),
  );
}

/**
 * Opens a `.npz` archive of named arrays, as `numpy.savez("weights.npz", **arrays)` writes it; names are taken as they are.
 *
 * @throws ThawError `weights.unreadable`; for arrays of Python objects too, which are pickles
 */
export async function openNpz(path: string, members: ReadonlyMap<string, ZipMember>): Promise<StoredWeights> {
  const tensors = await listArrays(path).catch((error: unknown) => {
    if (!describesFile(error)) throw unreadableFile(path, error);
    throw unreadable(
      path,
      `An .npz archive of weights holds arrays of numbers; ${error.message}.`,
      DAMAGED_HINT,
      error,
    );
  });
  if (tensors.size === 0)
    throw unreadable(path, 'An .npz archive of weights holds arrays of numbers; this one has none.', '');
  return {
    path,
    format: 'npz',
    framework: null,
    files: [path],
    tensors,
    read: (name) => {
      const entry = tensors.get(name);
      const member = members.get(`${name}.npy`);
      if (entry === undefined || member === undefined) throw noSuchTensor(path, name);
      const content = readMember(path, member);
      const { bytes, fortranOrder, shape } = readNpyHeader(content);
      const values = toFloat32(content.slice(bytes), entry.dtype);
      return fortranOrder ? rowByRow(values, shape) : values;
    },
    close: () => undefined,
  };
}
