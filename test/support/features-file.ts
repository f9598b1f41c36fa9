import { NpzWriter } from '../../src/engine/numpy/npz-writer.ts';

/** What a file of others holds: arrays by name. */
export interface NumpyArrays {
  readonly floats?: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
  readonly integers?: Readonly<Record<string, readonly number[]>>;
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

/** Writes arrays as `numpy.savez` does. @returns the path */
export async function writeNumpyFile(path: string, { floats, integers, texts }: NumpyArrays): Promise<string> {
  const writer = await NpzWriter.create(path);
  for (const [name, { shape, data }] of Object.entries(floats ?? {})) {
    const [rows = 0, ...rest] = shape;
    const rowBytes = rest.reduce((product, size) => product * size, 4);
    const array = writer.array(name, '<f4', rest, { rowBytes, mostRows: rows });
    await array.append(new Uint8Array(Float32Array.from(data).buffer));
  }
  for (const [name, values] of Object.entries(integers ?? {})) await writer.integers(name, values);
  for (const [name, values] of Object.entries(texts ?? {})) await writer.texts(name, values);
  await writer.close();
  return path;
}
