import { open, rename, rm } from 'node:fs/promises';
import { explainDiskError } from '../../shared/errors/thaw-error.ts';
import { elementCount } from '../network/shape.ts';

/**
 * Writes float32 tensors as a safetensors file (https://huggingface.co/docs/safetensors), in the map's order. The same
 * tensors and metadata give the same bytes. The file is written aside and renamed.
 *
 * @throws ThawError `disk.full`, `disk.readOnly`; TypeError for data that does not fill its shape
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (elementCount(shape) !== data.length) {
      throw new TypeError(`'${name}' has ${data.length} values for the shape [${shape.join(', ')}]`);
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  // Spaces after the header bring the data to a multiple of 8 bytes, so that readers can map it.
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const aside = `${path}.${process.pid}.part`;
  try {
    {
      await using file = await open(aside, 'w');
      await file.writev([length, padded]);
      for (const { data } of tensors.values()) {
        if (data.length > 0) await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      await file.sync();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw explainDiskError(error, `write ${path}`);
  }
}
