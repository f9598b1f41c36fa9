import { npyHeader } from '../numpy/npy-header.ts';
import { explainDiskError } from '../../shared/errors/thaw-error.ts';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes float32 values as a file that NumPy reads, aside and renamed.
 *
 * @throws ThawError `disk.full`, `disk.readOnly`
 */
export async function writeNpyFile(file: string, shape: readonly number[], values: Float32Array): Promise<void> {
  const aside = `${file}.${process.pid}.part`;
  try {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    await writeFile(aside, Buffer.concat([npyHeader('<f4', shape), bytes]));
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw explainDiskError(error, 'write the activations');
  }
}
