import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sharedPath } from './shared.ts';

const PIXELS = 28 * 28;

/** How many of the digits that train, and of those that test. */
export interface MnistCounts {
  readonly train: number;
  readonly t10k: number;
}

/**
 * Writes the first digits of each of MNIST's files as files of the same kind, so that little is decoded.
 *
 * @param folder is made
 * @returns the pixels of those that train, 28 x 28 bytes each
 */
export function writeMnistPart(folder: string, { train, t10k }: MnistCounts): Buffer {
  mkdirSync(folder);
  const write = (name: string, bytes: number, count: number): Buffer => {
    const part = Buffer.from(gunzipSync(readFileSync(sharedPath('data/mnist', `${name}.gz`))).subarray(0, bytes));
    part.writeUInt32BE(count, 4);
    writeFileSync(path.join(folder, name), part);
    return part;
  };
  write('train-labels-idx1-ubyte', 8 + train, train);
  write('t10k-labels-idx1-ubyte', 8 + t10k, t10k);
  write('t10k-images-idx3-ubyte', 16 + t10k * PIXELS, t10k);
  return write('train-images-idx3-ubyte', 16 + train * PIXELS, train).subarray(16);
}
